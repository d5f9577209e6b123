import { METHODS as METHODS_07 } from '@agentproto/protocol/open-agent/0.7';
import { METHODS as METHODS_README } from '@agentproto/protocol/open-agent/readme';
import type { Answer, StreamAnswer } from '../answer.ts';
import { testIdOf } from '../identity.ts';
import type { Call, HttpRequest, Operation } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { notFound, unauthorized } from './open-agent-error.ts';

type Methods = Readonly<Partial<Record<Operation, { http: { verbs: readonly string[]; path: string } }>>>;

/** What only the README has is served under 0.7, too, whose base has the `/v1` already (OAA-X02). */
const BESIDE_07 = (
  ['searchKnowledge', 'addKnowledge', 'deleteKnowledge', 'createCompletion', 'createEmbedding', 'getUsage'] as const
).map((name) => {
  const { http } = METHODS_README[name];
  return [name, { http: { ...http, path: http.path.replace(/^\/v1/, '') } }] as const;
});

const METHODS = {
  '0.7': { ...METHODS_07, ...Object.fromEntries(BESIDE_07) },
  readme: METHODS_README,
} satisfies Record<string, Methods>;

/** The operations that a revision serves, with their places. */
export const methodsOf = (revision: OpenAgentContext['revision']): Methods => METHODS[revision];

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
