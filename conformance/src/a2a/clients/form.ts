import { METHODS } from '@agentproto/protocol/a2a/1.0';
import { validate, type Violation } from '@agentproto/rules/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import { shapeCheck, type SentMessage } from '../../kit/shape-check.ts';
import { withoutUnset } from '../invariants/model.ts';
import { callOf } from './calls.ts';

/** The message of a call whose body has all of it; what stands in a query is all text. */
function messageOf(exchange: Exchange): SentMessage[] {
  const call = callOf(exchange);
  if (!call || (call.binding === 'HTTP+JSON' && exchange.request.method !== 'POST')) return [];
  const { request } = METHODS[call.operation];
  return request === null ? [] : [{ name: request, value: withoutUnset(call.params) }];
}

/** How spellings are checked, and that ProtoJSON (5.5) takes a number for a text of digits, is no matter of what is required. */
const isOwed = ({ expected, got }: Violation): boolean =>
  /^(a value|an? (string|object|array|boolean)|an array that is not empty)$/.test(expected) ||
  (expected === 'an integer' && !/^"-?\d+"$/.test(got)) ||
  expected.startsWith('exactly one of text');

/** Rules about the form of what a client sends. */
export const formChecks = [
  shapeCheck('a2a/client/form', 'A2A10-CLI-016', messageOf, (name, value) =>
    validate(name as Parameters<typeof validate>[0], value).filter(isOwed),
  ),
];
