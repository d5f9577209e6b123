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
  let json: unknown;
  let what = 'another value';
  try {
    json = JSON.parse(data);
  } catch {
    what = data === '' ? 'an event without data' : 'no JSON';
  }
  if (!isObject(json)) return passOver(what, where, report, unread);
  const { type } = json;
  // Nearly every event, for which nothing else is looked at.
  if (typeof type === 'string' && type === named) return json as unknown as AnyStreamEvent;
  const { error } = json;
  if (typeof type === 'string' && (named !== 'error' || type === named)) {
    if (named !== undefined && named !== type) report('event-type', `${where}: expected event: ${type}, got ${named}`);
    return json as unknown as AnyStreamEvent;
  }
  // Servers that break off say so in many ways: `event: error`, or an error object and nothing else.
  if (named === 'error' || isObject(error)) {
    report('error-shape', `${where}: expected an event of type error`);
    return { type: 'error', error: isObject(error) ? error : json } as unknown as AnyStreamEvent;
  }
  if (!named) return passOver('an object without a type', where, report, unread);
  report('event-type', `${where}: expected the type ${named} in the data too`);
  return { ...json, type: named } as unknown as AnyStreamEvent;
}

function passOver(what: string, where: string, report: Report, unread: Unread): undefined {
  const why = `${where}: expected a JSON object with a type, got ${what}`;
  if (unread.count++ === 0) unread.why = why;
  report('not-an-event', why);
}
