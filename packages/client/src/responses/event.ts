import type { AnyStreamEvent } from '@agentproto/protocol/responses/openai';
import type { Unread } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Report } from './deviation.ts';

/**
 * The event in the data of an SSE event, which may be `named` beside, or in a frame of a WebSocket. Undefined: it cannot
 * be read, and is passed over.
 */
export function readEvent(
  data: string,
  named: string | undefined,
  where: string,
  report: Report,
  unread: Unread,
): AnyStreamEvent | undefined {
  const passOver = (what: string) => {
    const why = `${where}: expected a JSON object with a type, got ${what}`;
    if (unread.count++ === 0) unread.why = why;
    report('not-an-event', why);
    return undefined;
  };
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return passOver(data === '' ? 'an event without data' : 'no JSON');
  }
  if (!isObject(json)) return passOver('another value');
  const { type, error } = json;
  if (typeof type === 'string' && (named !== 'error' || type === named)) {
    if (named !== undefined && named !== type) report('event-type', `${where}: expected event: ${type}, got ${named}`);
    return json as unknown as AnyStreamEvent;
  }
  // Servers that break off say so in many ways: `event: error`, or an error object and nothing else.
  if (named === 'error' || isObject(error)) {
    report('error-shape', `${where}: expected an event of type error`);
    return { type: 'error', error: isObject(error) ? error : json } as unknown as AnyStreamEvent;
  }
  if (!named) return passOver('an object without a type');
  report('event-type', `${where}: expected the type ${named} in the data too`);
  return { ...json, type: named } as unknown as AnyStreamEvent;
}
