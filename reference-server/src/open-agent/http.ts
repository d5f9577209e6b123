import { METHODS as METHODS_07 } from '@agentproto/protocol/open-agent/0.7';
import { METHODS as METHODS_README } from '@agentproto/protocol/open-agent/readme';
import type { Answer, StreamAnswer } from '../answer.ts';
import { testIdOf } from '../identity.ts';
import type { Call, HttpRequest, Operation } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { notFound, unauthorized } from './open-agent-error.ts';

type Methods = Readonly<Partial<Record<Operation, { http: { verbs: readonly string[]; path: string } }>>>;

/** The operations that a revision has; what only the other one has is served beside them, where its path is free. */
export function methodsOf(revision: OpenAgentContext['revision']): Methods {
  return revision === '0.7' ? METHODS_07 : METHODS_README;
}

/** Answers a request to the path of an operation. */
export async function answerHttp(
  ctx: OpenAgentContext,
  operation: Operation,
  request: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  try {
    await ctx.seeded();
    const who = (await impl.identify(ctx, request.headers)) ?? undefined;
    if (!who && !impl.isOpen(ctx, operation))
      throw unauthorized('Expected X-API-Key, or Authorization: Bearer with a key or a token');
    if (who && !impl.isOpen(ctx, operation)) impl.authorize(ctx, who, operation, request);
    const handler = impl.operations[operation];
    const path = methodsOf(ctx.revision)[operation]?.http.path ?? '';
    if (!handler) throw notFound(path);
    const call: Call = {
      ...(who ?? { owner: '', scopes: [] }),
      operation,
      testId: testIdOf(request.headers),
      seen: { binding: 'HTTP', method: request.method, path },
      get signal() {
        return request.signal;
      },
    };
    if (who) await impl.admit(ctx, call);
    return await handler(ctx, call, request);
  } catch (error) {
    return impl.refusal(ctx, error, operation);
  }
}
