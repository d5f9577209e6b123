import type { ResponseResource } from '@agentproto/protocol/responses/openai';
import type { ErrorSaid } from '../error-said.ts';
import { AgentProtoError, hasCode } from '../failure.ts';

/** The statuses that say "not now", and those of a server that stumbled. Not 501: it never will. */
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];

/** What waiting does not mend, whatever the status says. */
const LASTING = ['insufficient_quota', 'billing_hard_limit_reached', 'invalid_api_key', 'model_not_found'];

/** What is said again in an `error` event, so that the status of the answer (200) is of no use. */
const TRANSIENT_TYPES = ['too_many_requests', 'rate_limit_error', 'rate_limit_exceeded', 'server_error', 'model_error'];

interface ErrorContext {
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
  /** `x-should-retry`, where a server says so. */
  shouldRetry?: boolean | undefined;
  partial?: ResponseResource | undefined;
}

/** The server answered with an error: instead of a response, or in the middle of a stream. */
export class ResponsesError extends AgentProtoError {
  readonly code = 'RESPONSES_ERROR';
  override readonly name = 'ResponsesError';
  override readonly retryable: boolean;
  /** The HTTP status; undefined in a stream, unless the event has one. */
  readonly status: number | undefined;
  /** The server's own: `invalid_request`, `not_found`, `too_many_requests` … */
  readonly type: string | undefined;
  /** The server's own `code`: `previous_response_not_found`, `rate_limit_exceeded` … */
  readonly errorCode: string | undefined;
  /** The member of the request that is at fault. */
  readonly param: string | undefined;
  /** What the server says: the first 1,000 characters, without credentials. */
  readonly reason: string;
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** `x-request-id` of the answer. */
  readonly requestId: string | undefined;
  /** In a stream: what its events before the error amount to. */
  readonly partial: ResponseResource | undefined;

  constructor(where: string, said: Omit<ErrorSaid, 'inShape'>, context: ErrorContext = {}) {
    const { status, retryAfterMs, requestId, partial } = context;
    const reason = said.message.slice(0, 1_000);
    const names = [status && `HTTP ${status}`, said.code ?? said.type].filter(Boolean).join(', ');
    super(`${where}: ${reason.slice(0, 200)}${names && ` (${names})`}`);
    this.status = status;
    this.type = said.type;
    this.errorCode = said.code;
    this.param = said.param;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.requestId = requestId;
    this.partial = partial;
    const lasting = [said.code, said.type].some((name) => name !== undefined && LASTING.includes(name));
    const transient =
      status === undefined
        ? [said.code, said.type].some((name) => name !== undefined && TRANSIENT_TYPES.includes(name))
        : TRANSIENT.includes(status);
    this.retryable = !lasting && (context.shouldRetry ?? transient);
  }
}

/** Whether a caught value is a `ResponsesError` (of any copy of this package), and with the server's code or type. */
export function isResponsesError(value: unknown, name?: string): value is ResponsesError {
  if (!hasCode(value, 'RESPONSES_ERROR')) return false;
  const { errorCode, type } = value as ResponsesError;
  return name === undefined || errorCode === name || type === name;
}

/** With `expectCompleted`, in `run` and in `parse`: the response has failed, is incomplete, or was cancelled. */
export class ResponseNotCompletedError extends AgentProtoError {
  readonly code = 'RESPONSE_NOT_COMPLETED';
  override readonly name = 'ResponseNotCompletedError';
  readonly response: ResponseResource;

  constructor(response: ResponseResource) {
    const why = response.error?.message ?? response.incomplete_details?.reason;
    super(`the response ${response.id} is ${response.status}, not completed${why ? `: ${why}` : ''}`);
    this.response = response;
  }
}

/** The text of a response is not what its format asks for. */
export class OutputInvalidError extends AgentProtoError {
  readonly code = 'OUTPUT_INVALID';
  override readonly name = 'OutputInvalidError';
  /** The whole response: nothing of it is lost. */
  readonly response: ResponseResource;
  /** The model's refusal, if that is what came. */
  readonly refusal: string | undefined;
  /** What the schema's library finds wrong. */
  readonly issues: readonly { message: string; path?: unknown }[];

  constructor(
    why: string,
    response: ResponseResource,
    more: { refusal?: string; issues?: OutputInvalidError['issues'] } = {},
  ) {
    super(`the response ${response.id}: ${why}`);
    this.response = response;
    this.refusal = more.refusal;
    this.issues = more.issues ?? [];
  }
}

/** `run` has asked as often as it may, and the model still wants tools. */
export class TurnsExceededError extends AgentProtoError {
  readonly code = 'TURNS_EXCEEDED';
  override readonly name = 'TurnsExceededError';
  /** The last response, with the calls that were not run. */
  readonly response: ResponseResource;

  constructor(turns: number, response: ResponseResource) {
    super(`the model still wants tools after ${turns} turn${turns === 1 ? '' : 's'}, as many as \`maxTurns\` allows`);
    this.response = response;
  }
}
