export { OpenAgentClient, openAgentClient, type OpenAgentOptions } from './client.ts';
export type { Revision } from './call.ts';
export { type Clock, systemClock } from './clock.ts';
export { memoryTokenStore, type Token, type TokenStore } from './token.ts';
export type { Auth as Logins, DeviceOptions } from './auth.ts';
export type { DeviceCode, OnState } from './login.ts';
export type { DeviceLogin, DevicePending, DeviceState } from './device-login.ts';
export type { OAuthLogin, OAuthOptions, OAuthRedirecting, OAuthState } from './oauth-login.ts';
export type { MagicLinkLogin, MagicLinkState, WaitOptions } from './magic-link-login.ts';
export type { Account } from './account.ts';
export type { Keys, KeyUsageParams } from './keys.ts';
export type { Plans } from './plans.ts';
export type { Agents, NewAgent } from './agents.ts';
export type { NewTeam, Teams } from './teams.ts';
export type { Knowledge } from './knowledge.ts';
export type { ChatCompletions, ChatCompletionStream, Completions, CompletionStream } from './completions.ts';
export { type Embeddings, type Models, vectorOf } from './models.ts';
export type { Mcp, McpStreamEvent } from './mcp.ts';
export type { Webhooks } from './webhooks.ts';
export type { RunInput, RunRequest } from './input.ts';
export type { Runner, RunOptions, RunStream } from './runner.ts';
export type { Run, ToolRequest } from './run-result.ts';
export { EventStream } from './stream.ts';
export { type Approval, run, type ToolLoopOptions, type ToolLoopResult } from './run.ts';
export {
  functionTool,
  type RunnableTool,
  type ToolAnswer,
  type ToolContext,
  type ToolDefinition,
  type ToolResult,
} from './tool.ts';
export type { JsonSchemaObject } from '../tool-schema.ts';
export type { StandardIssue, StandardResult, StandardSchema } from '../standard-schema.ts';
export { textOf } from './text.ts';
export { isOpenAgentError, LoginError, OpenAgentError, RoundsExceededError, RunNotCompletedError } from './error.ts';
export type { Fault } from '../error-said.ts';
export type { Deviation, DeviationKind } from './deviation.ts';
export { responseOf, type ResponseInfo } from '../response-info.ts';
export type { Auth } from '../auth.ts';
export type { CallOptions } from '../call.ts';
export type { ClientRequest, Middleware, Next } from '../middleware.ts';
export type { FailedAttempt, RetryPolicy } from '../retry.ts';
export type { Limits, Timeouts, TransportOptions } from '../transport.ts';
export type { RunEvent } from './event.ts';
// Not the functions of the protocol: they come with tables.
export type * from '@agentproto/protocol/open-agent/0.7';
