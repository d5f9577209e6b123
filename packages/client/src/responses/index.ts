export {
  type CreateOptions,
  ResponsesClient,
  responsesClient,
  type ResponsesOptions,
  type RetrieveStreamOptions,
  type StreamOptions,
} from './client.ts';
export { ResponseStream } from './stream.ts';
export type { ResponsesSession, SessionOptions, TurnOptions } from './session.ts';
export type { ReconnectPolicy } from '../socket-dialer.ts';
export type { WebSocketConstructor } from '@agentproto/wire/websocket';
export type { Conversations } from './conversations.ts';
export {
  isResponsesError,
  OutputInvalidError,
  ResponseNotCompletedError,
  ResponsesError,
  TurnsExceededError,
} from './error.ts';
export { requestIdOf } from './call.ts';
export { responseOf, type ResponseInfo } from '../response-info.ts';
export { type Approvable, type Approval, run, type RunOptions, type RunResult } from './run.ts';
export { functionTool, type RunnableTool, type ToolContext, type ToolDefinition, type ToolResult } from './tool.ts';
export { type FormatOptions, outputFormat, type OutputFormat } from './format.ts';
export type { JsonSchemaObject } from '../tool-schema.ts';
export type { StandardIssue, StandardResult, StandardSchema } from '../standard-schema.ts';
export { functionCallsOf, outputTextOf, refusalOf } from './text.ts';
export type { Deviation, DeviationKind } from './deviation.ts';
export type { CreateBody, ResponseInput } from './input.ts';
export type { PageParams } from './page.ts';
export type { Auth } from '../auth.ts';
export type { CallOptions } from '../call.ts';
export type { ClientRequest, Middleware, Next } from '../middleware.ts';
export type { FailedAttempt, RetryPolicy } from '../retry.ts';
export type { Limits, Timeouts, TransportOptions } from '../transport.ts';
// Not the functions of the protocol: they come with tables.
export type * from '@agentproto/protocol/responses/openai';
