import type { ErrorStreamingEvent } from '@agentproto/protocol/responses/openai';
import { ScriptError } from '@agentproto/script';
import type { Answer } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import { StoreFullError } from '../store/store.ts';
import type { ResponsesContext } from './context.ts';
import { ResponsesError } from './responses-error.ts';
import type { ErrorKind } from './responses-error.ts';

/** What may be told of anything that was thrown; what may not goes to the log. */
export function told(ctx: ResponsesContext, error: unknown): ResponsesError {
  if (error instanceof ResponsesError) return error;
  if (error instanceof ScriptError) return new ResponsesError('invalid_request', error.message, { code: error.code });
  if (error instanceof HttpError) return fromHttp(error);
  if (error instanceof StoreFullError)
    return new ResponsesError('server_error', error.message, { code: 'store_full', status: 503 });
  ctx.report(error);
  return new ResponsesError('server_error', 'Internal error');
}

function fromHttp({ statusCode: status, message, headers }: HttpError): ResponsesError {
  const kind =
    status === 401 ? 'unauthorized' : status === 404 ? 'not_found' : status < 500 ? 'invalid_request' : 'server_error';
  return new ResponsesError(kind, message, { status, headers });
}

/** What is refused because of its rate; the headers are those of RFC 6585 (4), and OpenAI's (Rate limits in headers). */
export function tooMany(_ctx: ResponsesContext, model: string, waitMs: number): ResponsesError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new ResponsesError('too_many_requests', `Rate limit reached for ${model}: try again in ${seconds} s.`, {
    code: 'rate_limit_exceeded',
    headers: {
      'retry-after': String(seconds),
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': `${seconds}s`,
    },
  });
}

/** How the revision spells the type of an error (Errors: the table). */
export const errorType = (_ctx: ResponsesContext, kind: ErrorKind): string =>
  kind === 'unauthorized' ? 'invalid_request' : kind;

export function errorBody(ctx: ResponsesContext, error: ResponsesError): object {
  const { message, param, code } = error;
  return { error: { message, type: ctx.impl.errorType(ctx, error.kind), param, code } };
}

export const jsonHeaders = (_ctx: ResponsesContext): Record<string, string> => ({ 'content-type': 'application/json' });

/** Any value as a plain answer. */
export const json = (ctx: ResponsesContext, value: unknown, status = 200): Answer => ({
  status,
  headers: ctx.impl.jsonHeaders(ctx),
  body: JSON.stringify(value),
});

/** Any failure as a plain answer. */
export function refusal(ctx: ResponsesContext, error: unknown): Answer {
  const known = told(ctx, error);
  const headers = { ...ctx.impl.jsonHeaders(ctx), ...known.headers };
  return { status: known.status, headers, body: JSON.stringify(ctx.impl.errorBody(ctx, known)) };
}

/** The same where a stream is open already. */
export function errorEvent(ctx: ResponsesContext, error: unknown, sequenceNumber: number): ErrorStreamingEvent {
  const { kind, message, code, param } = told(ctx, error);
  const type = ctx.impl.errorType(ctx, kind);
  return { type: 'error', sequence_number: sequenceNumber, error: { type, code, message, param } };
}

/** What a WebSocket is told (WebSocket Errors). */
export function errorFrame(ctx: ResponsesContext, error: unknown): object {
  const { kind, status, message, code, param } = told(ctx, error);
  const type = ctx.impl.errorType(ctx, kind);
  return { type: 'error', status, error: { type, code: code ?? type, message, param } };
}
