import { JSON_MEDIA_TYPE } from '@agentproto/protocol/chat/docs';
import type { ErrorBody, ErrorDetail, ErrorEvent } from '@agentproto/protocol/chat/docs';
import type { Violation } from '@agentproto/protocol/chat/docs/validators';
import { ScriptError } from '@agentproto/script';
import type { Answer } from '../answer.ts';
import { HttpError } from '../http-error.ts';
import type { ChatContext } from './context.ts';

/** A refusal in the protocol's own form (agent-server: Error Responses). */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly status: number;
  readonly detail: ErrorBody['detail'];
  /** Why, for programs: a member of our own beside `detail`. */
  readonly reason: string | undefined;

  constructor(status: number, detail: ErrorBody['detail'], reason?: string) {
    super(typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '));
    this.status = status;
    this.detail = detail;
    this.reason = reason;
  }
}

/** 422: a body that cannot be read. */
export const unreadable = (type: string, msg: string): ChatError => new ChatError(422, [{ type, loc: ['body'], msg }]);

/** 422: a body that is not what the schema says. */
export const invalid = (violations: readonly Violation[]): ChatError => new ChatError(422, violations.map(detailOf));

function detailOf({ pointer, message, got }: Violation): ErrorDetail {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const loc = steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { type: got === 'nothing' ? 'missing' : 'value_error', loc: ['body', ...loc], msg: message };
}

export type Told = ChatError | HttpError;

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
