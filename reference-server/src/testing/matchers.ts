import type { ReceivedRequest } from '../journal.ts';
import { contains } from './contains.ts';

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

/** Anything that has a journal: a server, or one test's scope of it. */
export interface WithRequests {
  readonly requests: readonly ReceivedRequest[];
}

/** The shape that vitest, Jest and Playwright have in common. */
export interface Matched {
  pass: boolean;
  message: () => string;
}

/** `times`: exactly so many. Default: at least one. */
export function toHaveReceived(server: WithRequests, expected: ExpectedRequest, times?: number): Matched {
  const count = server.requests.filter((one) => isAs(one, expected)).length;
  const pass = times === undefined ? count > 0 : count === times;
  const wanted = times === undefined ? 'a request' : `${times} requests`;
  return {
    pass,
    message: () =>
      `expected ${wanted}${pass ? ' not to come' : ''} as ${shown(expected)}; ${count} of these were:\n${listed(server.requests)}`,
  };
}

/**
 * Whether one answer (to a request as `of` says) has sent these events, in this order, whatever comes in between. Each is
 * what the JSON of an event has at least, or a text that is in its data.
 */
export function toHaveStreamed(server: WithRequests, events: readonly unknown[], of: ExpectedRequest = {}): Matched {
  const answers = server.requests.flatMap((one) => (one.answer && isAs(one, of) ? [one.answer] : []));
  const pass = answers.some((answer) => {
    let next = 0;
    for (const event of answer.events) if (next < events.length && isEvent(event, events[next])) next += 1;
    return next === events.length;
  });
  const kept = server.requests.some(({ answer }) => answer);
  const streams = answers.filter((answer) => answer.events.length > 0);
  return {
    pass,
    message: () =>
      kept
        ? `expected a stream ${pass ? 'without' : 'with'} ${shown(events)} in this order; there were:\n${streams
            .map((answer) => answer.events.map(({ data }) => `  ${data.slice(0, 200)}`).join('\n'))
            .join('\n  and\n')}`
        : 'expected a server that keeps its answers: createReferenceServer({ record: true })',
  };
}

const isEvent = ({ data, json }: { data: string; json?: unknown }, expected: unknown): boolean =>
  typeof expected === 'string' ? data.includes(expected) : contains(json ?? data, expected);

function isAs(one: ReceivedRequest, { method, path, headers, body }: ExpectedRequest): boolean {
  return (
    (method === undefined || one.method === method) &&
    (path === undefined || (typeof path === 'string' ? one.path.includes(path) : one.path.search(path) >= 0)) &&
    (headers === undefined || contains(one.headers, lowered(headers))) &&
    (body === undefined ||
      (typeof body === 'string' ? (one.body?.includes(body) ?? false) : contains(one.json ?? one.body, body)))
  );
}

const lowered = (headers: object): object =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const shown = (value: unknown): string =>
  JSON.stringify(value, (_name, one: unknown) => (one instanceof RegExp ? String(one) : one));

function listed(requests: readonly ReceivedRequest[]): string {
  if (requests.length === 0) return '  (none)';
  return requests
    .slice(-20)
    .map(({ method, path, body }) => `  ${method} ${path}${body === undefined ? '' : ` ${body.slice(0, 200)}`}`)
    .join('\n');
}
