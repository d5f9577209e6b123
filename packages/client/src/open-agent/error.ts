import type { ErrorSaid, Fault } from '../error-said.ts';
import { AgentProtoError, hasCode } from '../failure.ts';
import type { Run } from './run-result.ts';

/** The statuses that say "not now", and those of a server that stumbled. Not 501: it never will. */
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];

/** What waiting does not mend, whatever the status says. */
const LASTING = ['insufficient_quota', 'billing_hard_limit_reached', 'invalid_api_key', 'model_not_found'];

interface ErrorContext {
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
  partial?: unknown;
}

/**
 * The server answered with an error: in OpenAI's envelope, as one fault or a list of them (422), in a shape of its own, or
 * with a status and nothing else.
 */
export class OpenAgentError extends AgentProtoError {
  readonly code = 'OPEN_AGENT_ERROR';
  override readonly name = 'OpenAgentError';
  override readonly retryable: boolean;
  /** The HTTP status; undefined where the answer said 200 and was an error, and in a stream. */
  readonly status: number | undefined;
  /** The server's own: `invalid_request_error`, `missing` … */
  readonly type: string | undefined;
  /** The server's own `code`: `insufficient_quota` … */
  readonly errorCode: string | undefined;
  /** The member of the request that is at fault, the first of them: `messages.0.role`. */
  readonly param: string | undefined;
  /** What is wrong with the request, one by one, where the server says so. */
  readonly faults: readonly Fault[];
  /** What the server says: the first 1,000 characters, without credentials; empty: it says nothing. */
  readonly reason: string;
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** `X-Request-Id` of the answer. */
  readonly requestId: string | undefined;
  /** In a stream: what its events before the error amount to, a `Run` or a completion. */
  readonly partial: unknown;

  /** `hint` is what the client can say of it. */
  constructor(where: string, said: Omit<ErrorSaid, 'inShape'>, context: ErrorContext = {}, hint = '') {
    const { status, retryAfterMs, requestId, partial } = context;
    const reason = said.message.slice(0, 1_000);
    const names = [status && `HTTP ${status}`, said.code ?? said.type].filter(Boolean).join(', ');
    super(`${where}: ${reason.slice(0, 200) || 'the server says no more than'}${names && ` (${names})`}${hint}`);
    this.status = status;
    this.type = said.type ?? said.faults?.[0]?.type;
    this.errorCode = said.code;
    this.param = said.param;
    this.faults = said.faults ?? [];
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.requestId = requestId;
    this.partial = partial;
    const lasting = [said.code, said.type].some((name) => name !== undefined && LASTING.includes(name));
    this.retryable = !lasting && status !== undefined && TRANSIENT.includes(status);
  }
}

/** Whether a caught value is an `OpenAgentError` (of any copy of this package), and of the given HTTP status. */
export function isOpenAgentError(value: unknown, status?: number): value is OpenAgentError {
  return hasCode(value, 'OPEN_AGENT_ERROR') && (status === undefined || (value as OpenAgentError).status === status);
}

/** With `expectCompleted`, and in `run`: the run has failed, or was canceled. */
export class RunNotCompletedError extends AgentProtoError {
  readonly code = 'RUN_NOT_COMPLETED';
  override readonly name = 'RunNotCompletedError';
  /** All that was said of it. */
  readonly run: Run;

  constructor(run: Run) {
    const said = run.content.slice(0, 200);
    super(`the run ${run.run_id ?? ''} is ${run.status}, not succeeded${said && `: ${said}`}`);
    this.run = run;
  }
}

/** `run` has asked as often as it may, and the agent still wants tools. */
export class RoundsExceededError extends AgentProtoError {
  readonly code = 'ROUNDS_EXCEEDED';
  override readonly name = 'RoundsExceededError';
  /** The last run, with the tool requests that were not answered. */
  readonly run: Run;

  constructor(rounds: number, run: Run) {
    super(
      `the agent still wants tools after ${rounds} round${rounds === 1 ? '' : 's'}, as many as \`maxRounds\` allows`,
    );
    this.run = run;
  }
}

/** A login that did not come about. */
export class LoginError extends AgentProtoError {
  readonly code = 'LOGIN_FAILED';
  override readonly name = 'LoginError';
  readonly fault: 'expired' | 'denied' | 'foreign-state' | 'no-token';

  constructor(fault: LoginError['fault'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
