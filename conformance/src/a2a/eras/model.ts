import type { Exchange } from '@agentproto/recording';
import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { isRecord } from '../../kit/json.ts';
import type { Place } from '../../kit/subject.ts';
import { isEventStream } from '../content-type.ts';
import { plainEvent, type EventMember } from '../plain-event.ts';
import { walker } from '../walk-model.ts';

/** What a target of an older era wrote, as it came, by what it plainly is. */

export type WrittenKind = EventMember | 'config' | 'card';

export interface WrittenObject {
  kind: WrittenKind;
  value: Record<string, unknown>;
  place: Place;
}

const BY_METHOD: { readonly [method in MethodName]?: WrittenKind } = {
  GetTask: 'task',
  CancelTask: 'task',
  CreateTaskPushNotificationConfig: 'config',
  GetTaskPushNotificationConfig: 'config',
  GetExtendedAgentCard: 'card',
};

/** Events of a stream as they came, without the envelope. */
export function rawEvents(exchange: Exchange): { raw: unknown; place: Place }[] {
  if (!isEventStream(exchange)) return [];
  return exchange.frames.flatMap((frame) => {
    if (frame.kind !== 'sse' || (isRecord(frame.json) && isRecord(frame.json.error))) return [];
    const raw = exchange.binding === 'JSONRPC' && isRecord(frame.json) ? frame.json.result : frame.json;
    const atMs = Math.round(frame.atMs - exchange.request.atMs);
    return [{ raw, place: { exchange: exchange.id, frame: frame.index, atMs } }];
  });
}

/** Every object of the model in an exchange: results and events. */
export function writtenIn(exchange: Exchange, read: (raw: unknown) => unknown = (raw) => raw): WrittenObject[] {
  const { binding, response, operation } = exchange;
  if (binding !== 'JSONRPC' && binding !== 'HTTP+JSON') return [];
  // That a configuration without a url was taken is a red of its own; that it is shown again, is none.
  if (exchange.hostile && operation?.includes('PushNotificationConfig')) return [];
  const plain = (raw: unknown, place: Place): WrittenObject[] => {
    const event = plainEvent(read(raw));
    return event ? [{ kind: event.member, value: event.content, place }] : [];
  };
  if (isEventStream(exchange)) return rawEvents(exchange).flatMap(({ raw, place }) => plain(raw, place));
  if (!response || response.status >= 300 || response.json === undefined) return [];
  const { json } = response;
  const result = binding === 'JSONRPC' ? (isRecord(json) ? json.result : undefined) : json;
  if (!isRecord(result)) return [];
  const place = { exchange: exchange.id };
  if (operation === 'SendMessage') return plain(result, place);
  const kind = BY_METHOD[operation as MethodName];
  return kind ? [{ kind, value: result, place }] : [];
}

/** Members whose content is the user's own, or a map. */
const OPEN = new Set(['metadata', 'data', 'params', 'header', 'securitySchemes', 'scopes', 'security', 'args']);

export const walk = walker(OPEN);
