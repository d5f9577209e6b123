import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.ts';
import type { Params } from '../route-table.ts';
import { Left } from '../left.ts';
import { withQuirks } from '../quirk.ts';
import { replyWith } from '../reply.ts';
import type { Family } from '../server-context.ts';
import { seed } from './seed.ts';
import type { HttpRequest, Operation } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { sessionSecretOf } from './credentials.ts';
import { methodsOf } from './http.ts';
import { implOf } from './impl.ts';
import { settingsOf } from './options.ts';
import type { OpenAgentOptions } from './options.ts';
import { mountReference } from './reference-pages.ts';
import { mountProvider } from './provider-pages.ts';
import { rules07, rulesReadme } from './request.ts';

/** One revision: where it is, and the operations that are there. */
function revision(
  name: OpenAgentContext['revision'],
  path: string,
): Family<{ openAgent?: OpenAgentOptions | undefined }> {
  const methods = methodsOf(name);
  const paths = Map.groupBy(Object.keys(methods) as Operation[], (operation) => methods[operation]!.http.path);
  return {
    id: `open-agent@${name}`,
    load: () => Promise.all([rulesReadme.load(), ...(name === '0.7' ? [rules07.load()] : [])]),
    mount(routes, server, { openAgent }) {
      const impl = withQuirks('open-agent', implOf(name), server.quirks);
      let seeding: Promise<void> | undefined;
      const ctx: OpenAgentContext = {
        ...server,
        impl,
        settings: settingsOf(openAgent, server.secured),
        revision: name,
        path,
        // What has failed is tried again with the next request.
        seeded: () =>
          (seeding ??= seed(ctx).catch((error: unknown) => {
            seeding = undefined;
            throw error;
          })),
        sessionSecret: sessionSecretOf(server.store),
        holdings: new Map(),
        mcp: new Map(),
      };
      for (const [at, operations] of paths)
        routes.all(path + at, (request, reply, params) =>
          answer(ctx, { path: at, operations, params }, request, reply),
        );
      mountProvider(routes, ctx);
      mountReference(routes, ctx);
      return {
        path,
        page: `${path}/docs`,
        refuse: (_request, reply, error) => replyWith(ctx, reply, ctx.impl.refusal(ctx, error)),
      };
    },
  };
}

export const openAgent07 = revision('0.7', '/open-agent/0.7/v1');
export const openAgentReadme = revision('readme', '/open-agent/readme');

async function answer(
  ctx: OpenAgentContext,
  { path, operations, params }: { path: string; operations: readonly Operation[]; params: Params },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { body, method, headers, url } = request;
  // Else it would stay as long as the answer lasts.
  request.body = undefined;
  const methods = methodsOf(ctx.revision);
  const verbs = (one: Operation) => methods[one]!.http.verbs;
  const operation = operations.find((one) => verbs(one).includes(method));
  if (!operation) {
    const allow = operations.flatMap(verbs).join(', ');
    const error = new HttpError('METHOD_NOT_ALLOWED', `${path}: expected ${allow}, got ${method}`, { allow });
    return replyWith(ctx, reply, ctx.impl.refusal(ctx, error));
  }
  const left = new Left(ctx, reply.raw);
  const http: HttpRequest = {
    ...{ method, url, headers },
    params,
    query: new URLSearchParams(url.split('?', 2)[1] ?? ''),
    body: body instanceof Buffer ? body : Buffer.alloc(0),
    get signal() {
      return left.signal;
    },
  };
  replyWith(ctx, reply, await ctx.impl.answerHttp(ctx, operation, http));
}
