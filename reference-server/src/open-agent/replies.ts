import type { AgentMessage } from '@agentproto/protocol/open-agent/0.7';
import type { OpenAgentContext } from './context.ts';
import { costOf, metricsOf } from './encode.ts';
import type { HttpRequest } from './call.ts';
import { bad } from './open-agent-error.ts';
import { bodyOf } from './request.ts';
import type { RunFold, RunRequest } from './run-start.ts';

/** The request for a run. Of a team 0.7 owes nothing; messages are needed all the same. */
export function readRun(ctx: OpenAgentContext, http: HttpRequest, kind: 'agent' | 'team'): RunRequest {
  const request: RunRequest = bodyOf(ctx, http, kind === 'agent' ? 'AgentCompletionRequest' : 'TeamCompletionRequest');
  ctx.impl.checkMessages(ctx, request);
  return request;
}

export function readChat(ctx: OpenAgentContext, http: HttpRequest): RunRequest {
  const request: RunRequest = bodyOf(ctx, http, 'AgentChatRequest');
  ctx.impl.checkMessages(ctx, request);
  return request;
}

/** Throws an OpenAgentError, 400. */
export function checkMessages(_ctx: OpenAgentContext, { messages }: RunRequest): void {
  if (messages && messages.length > 0) return;
  throw bad('messages: expected at least one message', { param: 'messages' });
}

const answerOf = (ctx: OpenAgentContext, fold: RunFold): AgentMessage => ({
  role: 'assistant',
  content: ctx.impl.finalContent(ctx, fold),
});

/** What an agent of 0.7 answers in one piece: what it did with tools of the server, and the final answer. */
export const agentReply = (ctx: OpenAgentContext, fold: RunFold, _at: number): object => ({
  messages: [...fold.messages, answerOf(ctx, fold)],
  cost: costOf(fold),
});

/** What a team answers, and an agent of the README's (OAA-X05). */
export const teamReply = (ctx: OpenAgentContext, fold: RunFold, at: number): object => ({
  message: answerOf(ctx, fold),
  finish_reason: 'stop',
  usage: metricsOf(fold, at),
});
