import type { Health } from '@agentproto/protocol/chat/docs';
import { METHODS } from '@agentproto/protocol/chat/docs';
import type { Answer, StreamAnswer } from '../answer.ts';
import { testIdOf } from '../identity.ts';
import { HttpError } from '../http-error.ts';
import type { ChatContext } from './context.ts';
import type { HttpRequest, Operation } from './call.ts';

/** Answers a request to the path of an operation. */
export async function answerHttp(
  ctx: ChatContext,
  operation: Operation,
  request: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  try {
    impl.checkMethod(ctx, operation, request.method);
    if (operation === 'health') return impl.health(ctx);
    if (operation === 'chat-ws') return impl.noSocket(ctx);
    if (operation === 'agent-card') return impl.agentCard(ctx);
    const { headers, body, signal } = request;
    const { stream, http, binding } = METHODS[operation];
    const owner = impl.authenticate(ctx, headers);
    if (operation === 'job-events') return await impl.followJob(ctx, owner, request);
    if (operation === 'send-task') return await impl.sendTask(ctx, owner, request);
    if (operation === 'get-task') return impl.getTask(ctx, owner, request);
    const turn = impl.readBody(ctx, headers, body);
    const call = {
      owner,
      testId: testIdOf(headers),
      binding: stream ? ('NDJSON' as const) : ('HTTP' as const),
      legacy: binding === 'legacy',
      seen: { binding: stream ? 'NDJSON' : 'HTTP', method: request.method, path: http.path },
      signal,
    };
    return await (stream ? impl.stream(ctx, call, turn) : impl.chat(ctx, call, turn));
  } catch (error) {
    return impl.refusal(ctx, error);
  }
}

/** Throws an HttpError, 405. */
export function checkMethod(_ctx: ChatContext, operation: Operation, method: string): void {
  const { verbs, path } = METHODS[operation].http;
  const allowed: string[] = operation === 'health' ? [...verbs, 'HEAD'] : [...verbs];
  if (allowed.includes(method)) return;
  const allow = allowed.join(', ');
  throw new HttpError('METHOD_NOT_ALLOWED', `${path}: expected ${allow}, got ${method}`, { allow });
}

/** It answers at once, whatever else is going on (agent-server: GET /health). */
export const health = (ctx: ChatContext): Answer => ({
  status: 200,
  headers: ctx.impl.jsonHeaders(ctx),
  body: JSON.stringify({ status: 'ok' } satisfies Health),
});

/** The path of the socket, without an upgrade (RFC 9110, 15.5.22). */
export const noSocket = (ctx: ChatContext): Answer => ({
  status: 426,
  headers: { ...ctx.impl.jsonHeaders(ctx), upgrade: 'websocket', connection: 'Upgrade' },
  body: JSON.stringify({ detail: 'Here is a WebSocket: expected a request for an upgrade to it' }),
});
