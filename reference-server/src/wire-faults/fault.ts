import { checkNames, checkObject } from '../option-names.ts';
import type { NamesOf } from '../option-names.ts';
import { checkPattern, checkTestId } from '../pattern.ts';
import { ServerOptionsError } from '../options-error.ts';

/**
 * Where in an answer: its events are counted from 0, and a plain body is one. Comments that keep a stream alive do not count.
 * What a webhook is told of one turn is such an answer, and each of its deliveries an event.
 */
export type FaultPlace =
  /** Before this event. */
  | { event: number }
  /** In the middle of this event. */
  | { inside: number }
  /** After so many bytes of the body (of a WebSocket: of all that is sent). */
  | { bytes: number }
  /** Inside the first character that has more than one byte. */
  | { codePoint: true };

/** How a connection ends: with a FIN, with a RST, or only in the direction of the client. */
export type FaultEnd = 'close' | 'reset' | 'half-close';

/** What goes wrong with an answer that is otherwise as it should be. */
export type Damage =
  /** The connection ends. `how` is `close` unless it says otherwise. */
  | { kind: 'cut'; at: FaultPlace; how?: FaultEnd }
  /** Nothing more comes, and the connection stays. */
  | { kind: 'stall'; at: FaultPlace }
  /** This event comes twice, or not at all, or after the next. */
  | { kind: 'duplicate' | 'drop' | 'reorder'; event: number }
  /** Half of this event, and then the answer ends as if it were whole. */
  | { kind: 'truncate'; event?: number }
  /** This event comes `ms` later. */
  | { kind: 'delay'; event: number; ms: number }
  /** Time to the first event, events a second after that, and up to `jitterMs` more for each. */
  | { kind: 'pace'; firstMs?: number; perSecond?: number; jitterMs?: number }
  /** So many bytes at a time. */
  | { kind: 'drip'; bytes: number; everyMs: number }
  /** The status and the headers come `ms` later, of a WebSocket those of its handshake. */
  | { kind: 'late-head'; ms: number }
  /** The answer says that it is something else. A WebSocket, which has no type, passes this fault by. */
  | { kind: 'content-type'; value: string };

/** What goes wrong with deliveries to a webhook. What is tried again is whole. */
export type DeliveryDamage =
  | Damage
  /** They come without the credentials and the token that were registered, or with others. Default: all of a turn. */
  | { kind: 'unsigned'; event?: number }
  | { kind: 'wrong-token'; event?: number };

/** A damage, and which answers have it. Milliseconds are those of the server's clock. */
export type Fault = (Damage & Which & { on?: 'answer' }) | (DeliveryDamage & Which & { on: 'webhook' });

/** Which answers, and how many. */
interface Which {
  /** How many answers (of a webhook: turns). Default 1, and with `rate` any number. One that is too short for the fault does not count. */
  times?: number;
  /** Which share of the answers that fit, drawn by the server's seed. Default: all. */
  rate?: number;
  /**
   * Which requests: by a part of the path, or by what says so. A WebSocket is the request that opened it; of a webhook it is its own
   * path. Default: all, cards too.
   */
  match?: string | RegExp | ((request: { method: string; path: string }) => boolean);
  /** … and with this in `X-Test-Id`; of a webhook: the request that began the turn. */
  testId?: string;
}

type Names = Record<string, true>;
const COMMON: NamesOf<Which & { on: unknown }> = { on: true, times: true, rate: true, match: true, testId: true };
const MEMBERS: Record<DeliveryDamage['kind'], Names> = {
  cut: { at: true, how: true },
  stall: { at: true },
  duplicate: { event: true },
  drop: { event: true },
  reorder: { event: true },
  truncate: { event: true },
  delay: { event: true, ms: true },
  pace: { firstMs: true, perSecond: true, jitterMs: true },
  drip: { bytes: true, everyMs: true },
  'late-head': { ms: true },
  'content-type': { value: true },
  unsigned: { event: true },
  'wrong-token': { event: true },
};
/** Kinds whose `event` may be left out. */
const ANY_EVENT: readonly string[] = ['truncate', 'unsigned', 'wrong-token'];
const OF_WEBHOOKS: readonly string[] = ['unsigned', 'wrong-token'];
export const ENDS: readonly FaultEnd[] = ['close', 'reset', 'half-close'];
const MOST_MS = 2 ** 31 - 1;

/** All that can go wrong with answers, or with deliveries. */
export const faultKinds = (on: NonNullable<Fault['on']>): readonly DeliveryDamage['kind'][] =>
  (Object.keys(MEMBERS) as DeliveryDamage['kind'][]).filter((kind) => on === 'webhook' || !OF_WEBHOOKS.includes(kind));

/** Throws a ServerOptionsError for a fault that cannot be. */
export function checkFault(fault: Fault): void {
  checkObject('fault', fault, "{ kind: 'cut', at: { event: 2 } }");
  const on = fault.on ?? 'answer';
  if (on !== 'answer' && on !== 'webhook') wrong('on', 'answer, webhook', on);
  const kinds = faultKinds(on);
  if (!kinds.includes(fault.kind)) {
    const hint = OF_WEBHOOKS.includes(fault.kind) ? ' (with on: "webhook" there is this kind, too)' : '';
    wrong('kind', kinds.join(', ') + hint, fault.kind);
  }
  const members = MEMBERS[fault.kind];
  checkNames(fault, { kind: true, ...members, ...COMMON } as NamesOf<Fault>, 'fault.');
  const given = fault as unknown as Record<string, unknown>;
  checkPattern('fault.match', fault.match, { orFunction: true });
  checkTestId('fault.testId', fault.testId);
  number('times', given.times ?? 1, 1, Infinity);
  number('rate', given.rate ?? 1, 0, 1);
  for (const name of ['event', 'bytes']) {
    const owed = members[name] === true && !ANY_EVENT.includes(fault.kind);
    if (owed || given[name] !== undefined) whole(name, given[name], name === 'bytes' ? 1 : 0);
  }
  for (const name of ['ms', 'everyMs']) if (members[name]) number(name, given[name], 0, MOST_MS);
  if (fault.kind === 'pace') {
    const { firstMs = 0, perSecond = 1, jitterMs = 0 } = fault;
    number('firstMs', firstMs, 0, MOST_MS);
    number('perSecond', perSecond, 0.001, Infinity);
    number('jitterMs', jitterMs, 0, MOST_MS);
    if (fault.firstMs === undefined && fault.perSecond === undefined && fault.jitterMs === undefined)
      throw new ServerOptionsError('fault: expected firstMs, perSecond or jitterMs of a pace; got none of them');
  }
  if (fault.kind === 'content-type' && typeof fault.value !== 'string') wrong('value', 'a text', fault.value);
  if (fault.kind === 'cut' && !ENDS.includes(fault.how ?? 'close')) wrong('how', ENDS.join(', '), fault.how);
  if (fault.kind === 'cut' || fault.kind === 'stall') checkPlace(fault.at);
}

function checkPlace(at: unknown): void {
  const expected = '{ event: N }, { inside: N }, { bytes: N } or { codePoint: true }';
  const [entry, ...more] = typeof at === 'object' && at !== null ? Object.entries(at) : [];
  if (!entry || more.length > 0) wrong('at', expected, at);
  const [name, value] = entry as [string, unknown];
  if (name === 'codePoint' && value === true) return;
  if (name !== 'event' && name !== 'inside' && name !== 'bytes') wrong('at', expected, at);
  whole(`at.${name}`, value, 0);
}

function number(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  wrong(name, `a number from ${least}${most === Infinity ? '' : ` to ${most}`}`, value);
}

function whole(name: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) wrong(name, `a whole number from ${least}`, value);
}

function wrong(name: string, expected: string, got: unknown): never {
  throw new ServerOptionsError(`fault.${name}: expected ${expected}; got ${JSON.stringify(got)}`);
}
