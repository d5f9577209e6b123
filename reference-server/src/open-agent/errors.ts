import { ScriptError } from '@agentproto/script';
import type { Answer } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import { StoreFullError } from '../store/store.ts';
import type { Operation } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { OpenAgentError } from './open-agent-error.ts';

/** What may be told of anything that was thrown; what may not goes to the log. */
export function told(ctx: OpenAgentContext, error: unknown): OpenAgentError {
  if (error instanceof OpenAgentError) return error;
  if (error instanceof ScriptError) return new OpenAgentError(400, error.message, { code: error.code });
  if (error instanceof HttpError)
    return new OpenAgentError(error.statusCode, error.message, { headers: error.headers });
  if (error instanceof StoreFullError) return new OpenAgentError(503, error.message, { code: 'store_full' });
  ctx.report(error);
  return new OpenAgentError(500, 'Internal error');
}

/** Their clients want the envelope of OpenAI (README: Chat Completion API). */
const AS_OPENAI: ReadonlySet<Operation | undefined> = new Set<Operation>([
  'createChatCompletion',
  'createCompletion',
  'createEmbedding',
  'listModels',
]);

/** No document gives errors a body but for 422, which is FastAPI's list here (OAA-X16). */
export function errorBody(_ctx: OpenAgentContext, error: OpenAgentError, operation?: Operation): object {
  const { status, message, code, param, faults } = error;
  if (faults) return { detail: faults };
  if (!AS_OPENAI.has(operation)) return { detail: message };
  const type = status === 401 ? 'authentication_error' : status < 500 ? 'invalid_request_error' : 'server_error';
  return { error: { message, type: status === 429 ? 'rate_limit_error' : type, param, code } };
}

export const jsonHeaders = (_ctx: OpenAgentContext): Record<string, string> => ({ 'content-type': 'application/json' });

/** Any value as a plain answer. */
export const json = (
  ctx: OpenAgentContext,
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({ status, headers: { ...ctx.impl.jsonHeaders(ctx), ...headers }, body: JSON.stringify(value) });

/** An answer that says nothing. */
export const empty = (_ctx: OpenAgentContext, status = 200): Answer => ({ status, headers: {}, body: '' });

/** Any failure as a plain answer. */
export function refusal(ctx: OpenAgentContext, error: unknown, operation?: Operation): Answer {
  const known = told(ctx, error);
  const headers = { ...ctx.impl.jsonHeaders(ctx), ...known.headers };
  return { status: known.status, headers, body: JSON.stringify(ctx.impl.errorBody(ctx, known, operation)) };
}
