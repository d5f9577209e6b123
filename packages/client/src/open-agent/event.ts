import type { RunEvent as ReadmeEvent } from '@agentproto/protocol/open-agent/readme';
import type { Unread } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import type { Report } from './deviation.ts';

/** What both contracts owe of an event: its name, here always in `event` (X04). The schema owes more than the README. */
type Named<Event> = Event extends { type: infer Name } ? { event: Name } & Omit<Event, 'type'> : never;

/** An event of a run. Names that are in no document come as they are, too. */
export type RunEvent = Named<ReadmeEvent>;

/**
 * The event of a run in the data of a server-sent event, which may be `named` beside. Its name stands in `event` (the
 * schema), in `type` (the README), or in the `event` line alone, and is put into `event`. Undefined: it cannot be read,
 * and is passed over.
 */
export function readRunEvent(
  data: string,
  named: string | undefined,
  where: string,
  report: Report,
  unread: Unread,
): RunEvent | undefined {
  let json: unknown;
  let what = 'another value';
  try {
    json = JSON.parse(data);
  } catch {
    what = data === '' ? 'an event without data' : 'no JSON';
  }
  if (!isObject(json)) return passOver(what, where, report, unread);
  if (isName(json['event'])) return json as unknown as RunEvent;
  if (isName(json['type'])) return { ...json, event: json['type'] } as unknown as RunEvent;
  if (isName(named)) {
    report('event-line', `${where}: expected the name ${named} in the data too, as event or type`);
    return { ...json, event: named } as unknown as RunEvent;
  }
  const guessed = guess(json);
  if (guessed) return { ...json, event: guessed } as unknown as RunEvent;
  return passOver('an object without event and type', where, report, unread);
}

/** The one event that need not say what it is (CostSummaryEvent), and what servers that break off say. */
function guess({ cost, error }: Json): string | undefined {
  return isObject(cost) ? 'CostSummary' : error !== undefined ? 'error' : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function passOver(what: string, where: string, report: Report, unread: Unread): undefined {
  const why = `${where}: expected a JSON object with event or type, got ${what}`;
  if (unread.count++ === 0) unread.why = why;
  report('not-an-event', why);
}
