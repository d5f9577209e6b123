export { A2AClient } from './client.ts';
export { responseOf, type ResponseInfo } from '../response-info.ts';
export { rawOf } from './raw.ts';
export type {
  ConnectOptions,
  EarlierCard,
  MessageOptions,
  SendOptions,
  StreamOptions,
  SubscribeOptions,
} from './options.ts';
export type { Polling } from './poll.ts';
export { A2AStream } from './stream.ts';
export { A2AError, type A2AErrorName, type ErrorDetail, isA2AError, TaskNotCompletedError } from './error.ts';
export { dataOf, partsOf, type Said, textOf } from './text.ts';
export { type FileOptions, filePart, filesOf, type ReceivedFile } from './file.ts';
export { approve, reject, type ToolCall, toolCallsOf, toolOutput } from './tool.ts';
export type { BindingName } from './binding.ts';
export type { A2AVersion, SpokenInterface } from './dialect.ts';
export type { Deviation, DeviationKind } from './deviation.ts';
export type { MessageMembers, SendInput } from './input.ts';
export type { CallOptions } from './operation.ts';
export type { Auth } from '../auth.ts';
export type { ClientRequest, Middleware, Next } from '../middleware.ts';
export type { FailedAttempt, RetryPolicy } from '../retry.ts';
export type { Limits, Timeouts, TransportOptions } from '../transport.ts';
export { INTERRUPTED_STATES, TERMINAL_STATES } from '@agentproto/protocol/a2a/1.0';
export type * from '@agentproto/protocol/a2a/1.0';
