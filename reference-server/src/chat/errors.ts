import { JSON_MEDIA_TYPE } from '@agentproto/protocol/chat/docs';
import type { ErrorEvent } from '@agentproto/protocol/chat/docs';
import { ScriptError } from '@agentproto/script';
import type { Answer } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import type { ChatContext } from './context.ts';
import { ChatError } from './chat-error.ts';
import type { Told } from './chat-error.ts';

/** What may be told of anything that was thrown; what may not goes to the log. */
export function told(ctx: ChatContext, error: unknown): Told {
  if (error instanceof ChatError || error instanceof HttpError) return error;
  if (error instanceof ScriptError) return new ChatError(400, error.message, error.code);
  ctx.report(error);
  return new HttpError('INTERNAL', 'Internal error');
}

export const jsonHeaders = (_ctx: ChatContext): Record<string, string> => ({ 'content-type': JSON_MEDIA_TYPE });

/** The body of a refusal. */
export function errorBody(_ctx: ChatContext, error: Told): object {
  if (error instanceof HttpError) return { detail: error.message };
  return { detail: error.detail, ...(error.reason !== undefined && { reason: error.reason }) };
}

/** Any failure as a plain answer. */
export function refusal(ctx: ChatContext, error: unknown): Answer {
  const known = told(ctx, error);
  const [status, headers] = known instanceof HttpError ? [known.statusCode, known.headers] : [known.status, {}];
  const body = JSON.stringify(ctx.impl.errorBody(ctx, known));
  return { status, headers: { ...ctx.impl.jsonHeaders(ctx), ...headers }, body };
}

/** The same where a stream or a socket is open already. */
export function errorEvent(ctx: ChatContext, error: unknown): ErrorEvent {
  const known = told(ctx, error);
  const reason = known instanceof ChatError ? known.reason : undefined;
  return { type: 'error', error: known.message, ...(reason !== undefined && { reason }) };
}
