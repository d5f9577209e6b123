/**
 * Every error that a client throws. `code` says what happened and never changes with the wording of the message;
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

/** An HTTP status that is no success, with a body that is no error of the protocol. */
export class HttpError extends AgentProtoError {
  readonly code = 'HTTP_STATUS';
  override readonly name = 'HttpError';
  override readonly retryable: boolean;
  readonly status: number;
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The first 500 characters of the body. */
  readonly bodyExcerpt: string;

  constructor(where: string, status: number, bodyExcerpt: string, retryAfterMs?: number) {
    const wait = retryAfterMs === undefined ? '' : `, to be tried again after ${retryAfterMs} ms`;
    super(`${where} answered HTTP ${status}${wait}`);
    this.status = status;
    this.bodyExcerpt = bodyExcerpt;
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

  constructor(expected: string, where: string, received: string, options?: ErrorOptions) {
    super(`${where}: expected ${expected}`, options);
    this.expected = expected;
    this.where = where;
    this.received = received.slice(0, 200);
  }
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
  /** What the events received so far amount to. */
  readonly partial: Partial | undefined;

  constructor(
    expected: string,
    seen: { events: number; lastEventId?: string | undefined; partial?: Partial | undefined },
    options?: ErrorOptions,
  ) {
    super(`the stream ended after ${seen.events} event${seen.events === 1 ? '' : 's'} without ${expected}`, options);
    this.events = seen.events;
    this.lastEventId = seen.lastEventId;
    this.partial = seen.partial;
  }
}

/** The caller gave something that cannot be sent. Nothing was sent. */
export class InvalidInputError extends AgentProtoError {
  readonly code = 'INVALID_INPUT';
  override readonly name = 'InvalidInputError';
}

/** Nothing was found at the url that this client speaks with. `cause` is the last failure, where there was one. */
export class DiscoveryError extends AgentProtoError {
  readonly code = 'DISCOVERY_FAILED';
  override readonly name = 'DiscoveryError';
}

interface ErrorByCode {
  ABORTED: AbortedError;
  CONNECT_TIMEOUT: ConnectTimeoutError;
  FIRST_EVENT_TIMEOUT: FirstEventTimeoutError;
  IDLE_TIMEOUT: IdleTimeoutError;
  TOTAL_TIMEOUT: TotalTimeoutError;
  CONNECTION_FAILED: ConnectionError;
  HTTP_STATUS: HttpError;
  MALFORMED_RESPONSE: MalformedResponseError;
  STREAM_TRUNCATED: StreamTruncatedError;
  INVALID_INPUT: InvalidInputError;
  DISCOVERY_FAILED: DiscoveryError;
}

export type ErrorCode = keyof ErrorByCode;

/** Whether a caught value is an error of this package (of any copy of it), and of the given code. */
export function isAgentProtoError(value: unknown): value is AgentProtoError;
export function isAgentProtoError<C extends ErrorCode>(value: unknown, code: C): value is ErrorByCode[C];
export function isAgentProtoError(value: unknown, code?: string): value is AgentProtoError {
  return value instanceof Error && BRAND in value && (code === undefined || (value as AgentProtoError).code === code);
}
