import type { A2AError, TaskNotCompletedError } from './a2a/error.ts';
import type { ChatTurnError } from './chat/error.ts';
import {
  type AbortedError,
  type ConnectionError,
  type ConnectTimeoutError,
  type DeviationError,
  type DiscoveryError,
  type FirstEventTimeoutError,
  hasCode,
  type HttpError,
  type IdleTimeoutError,
  type InvalidInputError,
  type MalformedResponseError,
  type RedirectError,
  type StreamTruncatedError,
  type TotalTimeoutError,
} from './failure.ts';
import type { LoginError, OpenAgentError, RoundsExceededError, RunNotCompletedError } from './open-agent/error.ts';
import type { StripeSignatureError } from './open-agent/stripe.ts';
import type {
  OutputInvalidError,
  ResponseNotCompletedError,
  ResponsesError,
  TurnsExceededError,
} from './responses/error.ts';

export * from './failure.ts';

/** Every error that a client throws, by its code. */
export interface ErrorByCode {
  A2A_ERROR: A2AError;
  TASK_NOT_COMPLETED: TaskNotCompletedError;
  CHAT_TURN_FAILED: ChatTurnError;
  RESPONSES_ERROR: ResponsesError;
  RESPONSE_NOT_COMPLETED: ResponseNotCompletedError;
  OUTPUT_INVALID: OutputInvalidError;
  TURNS_EXCEEDED: TurnsExceededError;
  OPEN_AGENT_ERROR: OpenAgentError;
  RUN_NOT_COMPLETED: RunNotCompletedError;
  ROUNDS_EXCEEDED: RoundsExceededError;
  LOGIN_FAILED: LoginError;
  STRIPE_SIGNATURE: StripeSignatureError;
  ABORTED: AbortedError;
  CONNECT_TIMEOUT: ConnectTimeoutError;
  FIRST_EVENT_TIMEOUT: FirstEventTimeoutError;
  IDLE_TIMEOUT: IdleTimeoutError;
  TOTAL_TIMEOUT: TotalTimeoutError;
  CONNECTION_FAILED: ConnectionError;
  REDIRECTED: RedirectError;
  HTTP_STATUS: HttpError;
  MALFORMED_RESPONSE: MalformedResponseError;
  STREAM_TRUNCATED: StreamTruncatedError;
  DEVIATION: DeviationError;
  INVALID_INPUT: InvalidInputError;
  DISCOVERY_FAILED: DiscoveryError;
}

export type ErrorCode = keyof ErrorByCode;

/** One of them: `switch (error.code)` tells which. */
export type ClientError = ErrorByCode[ErrorCode];

/** Whether a caught value is an error of this package (of any copy of it), and of the given code. */
export function isAgentProtoError(value: unknown): value is ClientError;
export function isAgentProtoError<Code extends ErrorCode>(value: unknown, code: Code): value is ErrorByCode[Code];
export function isAgentProtoError(value: unknown, code?: ErrorCode): boolean {
  return hasCode(value, code);
}
