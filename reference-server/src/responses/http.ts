import { METHODS } from '@agentproto/protocol/responses/openai';
import { testIdOf } from '../identity.ts';
import type { Answer, StreamAnswer } from '../answer.ts';
import type { HttpRequest, Operation } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { notFound } from './responses-error.ts';

/** Answers a request to the path of an operation. */
export async function answerHttp(
  ctx: ResponsesContext,
  operation: Operation,
  request: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  try {
    const owner = impl.authenticate(ctx, request.headers);
    const handler = impl.operations[operation];
    if (!handler) throw notFound(`${METHODS[operation].http.path} is not offered here.`);
    const seen = { binding: 'HTTP', method: request.method, path: METHODS[operation].http.path };
    return await handler(
      ctx,
      { owner, testId: testIdOf(request.headers), binding: 'HTTP', seen, signal: request.signal },
      request,
    );
  } catch (error) {
    return impl.refusal(ctx, error);
  }
}
