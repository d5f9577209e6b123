import type { GivenEvent } from '../given-answer.ts';
import type { ReceivedRequest } from '../journal.ts';
import { requestsOf } from './matchers.ts';
import type { WithRequests } from './matchers.ts';
import { shown } from './contains.ts';

export interface NormalizeOptions {
  /** What else is an id that is another in every run, such as `/chatcmpl-\w+/`. UUIDs and long hexadecimal numbers are known. */
  ids?: RegExp | readonly RegExp[];
}

/** One exchange without what is another in every run. */
export interface ExchangeSnapshot {
  /** Method and path. */
  request: string;
  /** Without those of the connection, of the software that sent it, and `X-Test-Id`. */
  headers: Readonly<Record<string, string>>;
  /** As JSON, where it is. */
  body?: unknown;
  /** Where the server keeps it. */
  answer?: {
    status: number;
    headers: Readonly<Record<string, string>>;
    body?: unknown;
    /** Of a stream: what each event says; with its name and its id where it has them. */
    events?: readonly unknown[];
  };
}

/**
 * What came and what was answered, in order, for a snapshot: the same in every run of the same client. Takes a server, a scope of it,
 * or requests of its journal. Throws a TypeError for anything else.
 */
export function snapshotOf(
  server: WithRequests | readonly ReceivedRequest[],
  options: NormalizeOptions = {},
): ExchangeSnapshot[] {
  return normalized(requestsOf('snapshotOf', server).map(exchangeOf), options);
}

/**
 * A copy of a JSON value in which what is another in every run has a name that stays: an id is `<id 1>`, and the same one is the same
 * wherever it is; a time `<time>`, the port of this machine `<port>`. Undefined members are left out.
 */
export function normalized<Value>(value: Value, { ids = [] }: NormalizeOptions = {}): Value {
  const forms = [...KNOWN_IDS, ...(ids instanceof RegExp ? [ids] : ids)].map((form) => {
    if (form instanceof RegExp) return new RegExp(form.source, `${form.flags.replaceAll(/[gy]/g, '')}g`);
    throw new TypeError(`normalized: ids: expected an expression, or a list of them; got ${shown(form)}`);
  });
  const names = new Map<string, string>();
  const nameOf = (id: string): string => {
    // A name that was given already may look like an id to a wide expression.
    if (NAME.test(id)) return id;
    const key = UUID.test(id) ? id.toLowerCase() : id;
    const name = names.get(key) ?? `<id ${names.size + 1}>`;
    names.set(key, name);
    return name;
  };
  const inText = (text: string): string => {
    const timeless = text.replace(TIME, '<time>').replace(PORT, '$1:<port>');
    return forms.reduce((done, form) => done.replace(form, nameOf), timeless);
  };
  const copy = (one: unknown, name: string): unknown => {
    if (typeof one === 'string') return inText(one);
    if (typeof one === 'number') return TIME_NAME.test(name) && isEpoch(one) ? '<time>' : one;
    if (Array.isArray(one)) return one.map((element) => copy(element, name));
    if (typeof one !== 'object' || one === null) return one;
    if (one instanceof Date) return '<time>';
    const entries = Object.entries(one).filter(([, member]) => member !== undefined);
    return Object.fromEntries(entries.map(([key, member]) => [inText(key), copy(member, key)]));
  };
  return copy(value, '') as Value;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
/** Hexadecimal: not within a longer word, but for the kind before it (`resp_`) and the item behind it (`o0`), as this server has them. */
const KNOWN_IDS = [UUID, /(?<![0-9a-z])(?=\d*[a-f])[0-9a-f]{16,}(?![0-9a-np-z])/i];
const NAME = /^<.*>$/;
const TIME =
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g;
const PORT = /(127\.0\.0\.1|localhost|\[::1\]):\d+/g;
const TIME_NAME = /(?:^|_)(?:at|time|timestamp|created|updated|expires|iat|exp|nbf)$|(?:At|Time|Timestamp|Expires)$/;

/** A time of our days, in seconds or in milliseconds. */
const isEpoch = (value: number): boolean => (value >= 1e9 && value < 1e10) || (value >= 1e12 && value < 1e13);

/** Of the connection, of whatever software sends, and of the run. */
const PASSING =
  /^(?:host|connection|keep-alive|date|content-length|transfer-encoding|upgrade|user-agent|accept-encoding|accept-language|sec-.*|x-test-id)$/;

/** Digests of what may have a port or a time in it. */
const OF_CONTENT = /^(?:etag|if-none-match)$/;

const lasting = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !PASSING.test(name))
      .map(([name, value]): [string, string] => [name, OF_CONTENT.test(name) ? '<etag>' : value])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );

function exchangeOf({ method, path, headers, body, json, answer }: ReceivedRequest): ExchangeSnapshot {
  return {
    request: `${method} ${path}`,
    // Of a message they are those of the request that opened its socket.
    headers: method === 'MESSAGE' ? {} : lasting(headers),
    ...(body !== undefined && { body: json ?? body }),
    // Without a status there is none yet.
    ...(answer && answer.status > 0 && { answer: answerOf(answer) }),
  };
}

function answerOf({ status, headers, body, json, events }: NonNullable<ReceivedRequest['answer']>) {
  return {
    status,
    headers: lasting(headers),
    ...(body !== undefined && { body: json ?? body }),
    ...(events.length > 0 && { events: events.map(saidIn) }),
  };
}

function saidIn({ event, id, data, json }: GivenEvent): unknown {
  const said = json ?? data;
  return event === undefined && id === undefined ? said : { event, id, data: said };
}
