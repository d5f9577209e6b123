import { METHODS as METHODS_02 } from '@agentproto/protocol/a2a/0.2';
import { METHODS as METHODS_03 } from '@agentproto/protocol/a2a/0.3';
import { validate as validate02 } from '@agentproto/rules/a2a/0.2';
import { validate as validate03, type Violation } from '@agentproto/rules/a2a/0.3';
import type { Exchange } from '@agentproto/recording';
import type { ClientCheck } from '../../../kit/client-check.ts';
import { isRecord } from '../../../kit/json.ts';
import { shapeCheck, type SentMessage } from '../../../kit/shape-check.ts';
import { withoutUnset } from '../../invariants/model.ts';
import { sent } from '../../sent.ts';
import type { OldReading } from './calls.ts';

type Validate = (name: string, value: unknown) => Violation[];

/** Rules about the form of what a client sends. */
export function formChecks({ era, callOf }: OldReading): ClientCheck[] {
  const is02 = era.id === 'a2a@0.2';
  const methods: Record<string, { request: string | null }> = is02 ? METHODS_02 : METHODS_03;
  const validate = (is02 ? validate02 : validate03) as Validate;

  function messageOf(exchange: Exchange): SentMessage[] {
    const call = callOf(exchange);
    if (!call) return [];
    if (call.binding === 'JSONRPC') {
      const name = methods[String(sent(exchange)?.method)]?.request;
      return name == null ? [] : [{ name, value: withoutUnset(call.said ?? {}) }];
    }
    // Of the other bodies text and proto say different things.
    const isMessage = call.operation === 'SendMessage' || call.operation === 'SendStreamingMessage';
    return isMessage ? [{ name: 'MessageSendParams', value: withoutUnset(call.said) }] : [];
  }

  return [
    shapeCheck('a2a/client/old-form', 'A2A03-CLI-007', messageOf, (name, value) => {
      // Over HTTP+JSON objects are equivalent to those of section 6 (3.2.3), or ProtoJSON.
      if (!isProto(value)) return validate(name, value);
      return is02 ? [] : validate('ProtoSendMessageRequest', value);
    }),
  ];
}

const isProto = (value: unknown): boolean =>
  isRecord(value) &&
  isRecord(value.message) &&
  ('content' in value.message || String(value.message.role).startsWith('ROLE_'));
