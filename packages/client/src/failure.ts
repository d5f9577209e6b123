/**
 * The errors that every client can throw; `errors.ts` adds those of the families. `code` says what happened and never changes with the wording of the message;
 * `retryable` says whether the same call may succeed later (not whether repeating it is safe).
 * Messages name hosts and paths, never queries, headers or bodies: those can hold secrets.
 */

/** Two copies of this package in one program recognise each other's errors by it, where `instanceof` would not. */
const BRAND = Symbol.for('@agentproto/client/error');

export abstract class AgentProtoError extends Error {
  abstract readonly code: string;
  readonly retryable: boolean = false;

  get [BRAND](): true {
    return true;
  }
}

/** The caller aborted, or closed the client or stream. Its `name` is `AbortError`, as everywhere on the web. */
export class AbortedError extends AgentProtoError {
  readonly code = 'ABORTED';
  override readonly name = 'AbortError';
  /** What the caller gave to `controller.abort(reason)`. */
  readonly reason: unknown;

  constructor(reason?: unknown) {
    super('the call was aborted by its caller', { cause: reason });
    this.reason = reason;
  }
}

/** The common part of the four time limits. */
export abstract class TimeoutError extends AgentProtoError {
  readonly limitMs: number;

  constructor(what: string, limitMs: number, options?: ErrorOptions) {
    super(`${what} within ${limitMs} ms`, options);
    this.limitMs = limitMs;
  }
}

/** No response head came within `timeouts.connectMs`. */
export class ConnectTimeoutError extends TimeoutError {
  readonly code = 'CONNECT_TIMEOUT';
  override readonly name = 'ConnectTimeoutError';
  override readonly retryable = true;
}

/** A stream was opened, and no event came within `timeouts.firstEventMs`. */
export class FirstEventTimeoutError extends TimeoutError {
  readonly code = 'FIRST_EVENT_TIMEOUT';
  override readonly name = 'FirstEventTimeoutError';
  override readonly retryable = true;
}

/** Not one byte came for `timeouts.idleMs`. */
export class IdleTimeoutError extends TimeoutError {
  readonly code = 'IDLE_TIMEOUT';
  override readonly name = 'IdleTimeoutError';
  override readonly retryable = true;
}

/** The whole call, with its retries and waits, took longer than `timeouts.totalMs`. */
export class TotalTimeoutError extends TimeoutError {
  readonly code = 'TOTAL_TIMEOUT';
  override readonly name = 'TotalTimeoutError';
}

/** The connection could not be made, or broke. */
export class ConnectionError extends AgentProtoError {
  readonly code = 'CONNECTION_FAILED';
  override readonly name = 'ConnectionError';
  override readonly retryable = true;
  /** The server cannot have seen the request: repeating it is always safe. */
  readonly nothingSent: boolean;

  constructor(message: string, options: ErrorOptions & { nothingSent?: boolean } = {}) {
    super(message, options);
    this.nothingSent = options.nothingSent ?? false;
  }
}

/** RFC 9110: the statuses that say "not now". */
const TRANSIENT = [408, 425, 429, 502, 503, 504];

/** The server redirects, and the client does not follow: to another origin, or with a POST that would become a GET. */
export class RedirectError extends AgentProtoError {
  readonly code = 'REDIRECTED';
  override readonly name = 'RedirectError';
  readonly status: number;
  readonly from: string;
  /** Undefined in browsers, which do not say. */
  readonly to: string | undefined;

  constructor(message: string, status: number, from: string, to?: string) {
    super(message);
    this.status = status;
    this.from = from;
    this.to = to;
  }
}

/** An HTTP status that is no success, with a body that is no error of the protocol. */
export class HttpError extends AgentProtoError {
  readonly code = 'HTTP_STATUS';
  override readonly name = 'HttpError';
  override readonly retryable: boolean;
  readonly status: number;
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What the server says of it: the first 200 characters, without credentials. */
  readonly reason: string | undefined;
  /** The first 500 characters of the body, without credentials. */
  readonly bodyExcerpt: string;

  /** `hint` is what the client can say of it. */
  constructor(
    where: string,
    status: number,
    body: string,
    {
      retryAfterMs,
      reason,
      hint,
    }: { retryAfterMs?: number | undefined; reason?: string | undefined; hint?: string } = {},
  ) {
    const wait = retryAfterMs === undefined ? '' : `, to be tried again after ${retryAfterMs} ms`;
    const said = reason?.slice(0, 200);
    super(`${where} answered HTTP ${status}${wait}${hint ?? ''}${said ? `: ${said}` : ''}`);
    this.status = status;
    this.reason = said;
    this.bodyExcerpt = body.slice(0, 500);
    this.retryAfterMs = retryAfterMs;
    this.retryable = TRANSIENT.includes(status);
  }
}

/** The answer is not what the protocol says. */
export class MalformedResponseError extends AgentProtoError {
  readonly code = 'MALFORMED_RESPONSE';
  override readonly name = 'MalformedResponseError';
  /** What should have been there. */
  readonly expected: string;
  /** Where: the operation, and the event or member. */
  readonly where: string;
  /** The first 200 characters of what came. */
  readonly received: string;

  /** `got` is what came in a word or two, where there is one for it. */
  constructor(
    expected: string,
    where: string,
    received: string,
    { got, ...options }: ErrorOptions & { got?: string | undefined } = {},
  ) {
    super(`${where}: expected ${expected}${got ? `, got ${got}` : ''}`, options);
    this.expected = expected;
    this.where = where;
    this.received = received.slice(0, 200);
  }
}

/** Events that were passed over; `why` is about the first. */
export interface Unread {
  count: number;
  why: string;
}

/** A stream ended, cleanly or not, before the protocol's own end. `cause` is there when the connection broke. */
export class StreamTruncatedError<Partial = unknown> extends AgentProtoError {
  readonly code = 'STREAM_TRUNCATED';
  override readonly name = 'StreamTruncatedError';
  override readonly retryable = true;
  /** How many events were received. */
  readonly events: number;
  /** The last SSE event id, where the server sends ids. */
  readonly lastEventId: string | undefined;
  /** How many of them could not be read, and were passed over. */
  readonly unread: number;
  /** What the events received so far amount to. */
  readonly partial: Partial | undefined;

  constructor(
    expected: string,
    seen: {
      events: number;
      unread?: Unread;
      lastEventId?: string | undefined;
      partial?: Partial | undefined;
    },
    options?: ErrorOptions,
  ) {
    const { events, unread = { count: 0, why: '' } } = seen;
    const passedOver = unread.count > 0 ? `; ${unread.count} could not be read: ${unread.why}` : '';
    super(`the stream ended after ${events} event${events === 1 ? '' : 's'} without ${expected}${passedOver}`, options);
    this.events = events;
    this.unread = unread.count;
    this.lastEventId = seen.lastEventId;
    this.partial = seen.partial;
  }
}

/** The caller gave something that cannot be sent. Nothing was sent. */
export class InvalidInputError extends AgentProtoError {
  readonly code = 'INVALID_INPUT';
  override readonly name = 'InvalidInputError';
}

/** With `strict`: the agent does something otherwise than its protocol says. */
export class DeviationError extends AgentProtoError {
  readonly code = 'DEVIATION';
  override readonly name = 'DeviationError';
  readonly kind: string;
  /** The requirement that is not met, where there is one. */
  readonly row: string | undefined;

  constructor({ kind, message, row }: { kind: string; message: string; row?: string | undefined }) {
    super(`${message} (${row ?? kind})`);
    this.kind = kind;
    this.row = row;
  }
}

/** Nothing was found at the url that this client speaks with. `cause` is the last failure, where there was one. */
export class DiscoveryError extends AgentProtoError {
  readonly code = 'DISCOVERY_FAILED';
  override readonly name = 'DiscoveryError';
}

/** Whether a caught value is an error of this package (of any copy of it), and of the given code. */
export function hasCode(value: unknown, code?: string): value is AgentProtoError {
  return value instanceof Error && BRAND in value && (code === undefined || (value as AgentProtoError).code === code);
}
