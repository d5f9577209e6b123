import { checkNames } from '../option-names.ts';
import type { NamesOf } from '../option-names.ts';
import type { GivenAnswer } from '../given-answer.ts';
import type { ReceivedRequest } from '../journal.ts';
import { difference, shown } from './contains.ts';

/** What was received, or a part of it: `body` is the JSON of the body, `headers` some of them. */
export interface ExpectedRequest {
  /** `MESSAGE` for what came on a WebSocket. */
  method?: string;
  /** A part of the path with its query, or an expression. */
  path?: string | RegExp;
  headers?: Readonly<Record<string, unknown>>;
  /** Members that the body's JSON has, or a part of the body as it came. */
  body?: unknown;
}

const NAMES: NamesOf<ExpectedRequest> = { method: true, path: true, headers: true, body: true };

/** Anything that has a journal: a server, or one test's scope of it. */
export interface WithRequests {
  readonly requests: readonly ReceivedRequest[];
}

/** The shape that vitest, Jest and Playwright have in common. */
export interface Matched {
  pass: boolean;
  message: () => string;
}

/** `times`: exactly so many. Default: at least one. Takes a server, a scope of it, or requests of its journal. */
export function toHaveReceived(
  server: WithRequests | readonly ReceivedRequest[],
  expected: ExpectedRequest,
  times?: number,
): Matched {
  const requests = requestsOf('toHaveReceived', server);
  checkExpected('toHaveReceived', expected);
  if (times !== undefined && !(Number.isInteger(times) && times >= 0))
    throw new TypeError(`toHaveReceived: expected how many times, a whole number from 0; got ${shown(times)}`);
  const count = requests.filter((one) => wrongWith(one, expected) === undefined).length;
  const pass = times === undefined ? count > 0 : count === times;
  const wanted = times === undefined ? 'a request' : `${times} request${times === 1 ? '' : 's'}`;
  return {
    pass,
    message: () =>
      `expected ${pass ? 'not ' : ''}${wanted} as ${shown(expected)}; ${count} came, of ${requests.length}:\n${listed(requests, expected)}`,
  };
}

/**
 * Whether one answer (to a request as `of` says) has sent these events, in this order, whatever comes in between. Each is
 * what the JSON of an event has at least, or a text that is in its data.
 */
export function toHaveStreamed(
  server: WithRequests | readonly ReceivedRequest[],
  events: readonly unknown[],
  of: ExpectedRequest = {},
): Matched {
  const requests = requestsOf('toHaveStreamed', server);
  checkExpected('toHaveStreamed', of);
  if (!Array.isArray(events) || events.length === 0)
    throw new TypeError(`toHaveStreamed: expected a list of one event or more; got ${shown(events)}`);
  const asked = requests.filter((one) => wrongWith(one, of) === undefined);
  const streams = asked.flatMap(({ answer }) => (answer && answer.events.length > 0 ? [answer] : []));
  const pass = streams.some((answer) => found(answer, events).length === events.length);
  const why = (): string => {
    if (requests.length === 0) return 'nothing was asked for';
    if (!requests.some(({ answer }) => answer))
      return 'its answers are not kept; expected a server made with createReferenceServer({ record: true })';
    if (asked.length === 0) return `no request was as ${shown(of)}:\n${listed(requests, of)}`;
    if (streams.length === 0) return `no answer had events:\n${listed(asked, {})}`;
    return `there were:\n${streams.map((answer) => told(answer, events)).join('\n  and\n')}`;
  };
  return {
    pass,
    message: () => `expected ${pass ? 'no stream' : 'a stream'} with ${shown(events)} in this order; ${why()}`,
  };
}

/** At which events of an answer the expected ones are, as far as they are there. */
function found(answer: GivenAnswer, events: readonly unknown[]): number[] {
  const at: number[] = [];
  for (const [index, event] of answer.events.entries())
    if (at.length < events.length && isEvent(event, events[at.length])) at.push(index);
  return at;
}

/** The events of an answer, marked where they are expected ones, and the first that is missing. */
function told(answer: GivenAnswer, events: readonly unknown[]): string {
  const at = found(answer, events);
  const lines = answer.events.map(({ data }, index) => `  ${at.includes(index) ? '✓' : ' '} ${data.slice(0, 200)}`);
  if (at.length < events.length)
    lines.push(`  and behind ${at.length === 0 ? 'its head' : 'that'} none as ${shown(events[at.length])}`);
  if (answer.end === undefined) lines.push('  (it goes on)');
  return lines.join('\n');
}

const isEvent = ({ data, json }: { data: string; json?: unknown }, expected: unknown): boolean =>
  typeof expected === 'string' ? data.includes(expected) : difference(json ?? data, expected, '') === undefined;

/** The first that is not as expected of a request, in words. */
function wrongWith(one: ReceivedRequest, { method, path, headers, body }: ExpectedRequest): string | undefined {
  if (method !== undefined && one.method !== method) return difference(one.method, method, 'method');
  if (path !== undefined && !(typeof path === 'string' ? one.path.includes(path) : one.path.search(path) >= 0))
    return `path: expected ${shown(path)} in it`;
  const inHeaders = headers === undefined ? undefined : difference(one.headers, lowered(headers), 'headers');
  if (inHeaders !== undefined || body === undefined) return inHeaders;
  if (typeof body !== 'string') return difference(one.json ?? one.body, body, 'body');
  return one.body?.includes(body) ? undefined : `body: expected ${shown(body)} in it`;
}

const lowered = (headers: object): object =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Requests, the latest twenty: which are as expected, and why the others are not. */
function listed(requests: readonly ReceivedRequest[], expected: ExpectedRequest): string {
  if (requests.length === 0) return '  (none)';
  return requests
    .slice(-20)
    .map((one) => {
      const { method, path, body } = one;
      const wrong = wrongWith(one, expected);
      const line = `${method} ${path}${body === undefined ? '' : ` ${body.slice(0, 200)}`}`;
      return wrong === undefined ? `  ✓ ${line}` : `    ${line}\n      ${wrong}`;
    })
    .join('\n');
}

export function requestsOf(matcher: string, subject: unknown): readonly ReceivedRequest[] {
  const requests: unknown = Array.isArray(subject) ? subject : (subject as Partial<WithRequests> | undefined)?.requests;
  if (Array.isArray(requests)) return requests as readonly ReceivedRequest[];
  throw new TypeError(
    `${matcher}: expected a server, a scope of it, or requests of its journal; got ${shown(subject)}`,
  );
}

function checkExpected(matcher: string, expected: unknown): void {
  if (typeof expected !== 'object' || expected === null)
    throw new TypeError(`${matcher}: expected an object such as { path: '/api/chat' }; got ${shown(expected)}`);
  checkNames(expected, NAMES, `${matcher}: `);
}
