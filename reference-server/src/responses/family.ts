import type { FastifyReply, FastifyRequest } from 'fastify';
import { METHODS } from '@agentproto/protocol/responses/openai';
import { replyWith } from '../reply.ts';
import { mayOpenSocket } from '../cors.ts';
import { HttpError } from '../http-error.ts';
import { withQuirks } from '../quirk.ts';
import type { Family } from '../server-context.ts';
import { socketTaker } from '../upgrade.ts';
import { Left } from '../left.ts';
import type { LateModule } from '../late-module.ts';
import type { Params, Routes } from '../route-table.ts';
import { first, firstRules } from './2026-01-15.ts';
import type { Operation } from './call.ts';
import type { ResponsesContext, ResponsesImpl } from './context.ts';
import { ownRules, standardImpl } from './impl.ts';
import { openai, openaiRules } from './openai.ts';
import { testIdOf } from '../identity.ts';
import { settingsOf } from './options.ts';
import type { ResponsesOptions } from './options.ts';
import { serveSocket } from './socket.ts';
import { wayflow, wayflowRules } from './wayflow.ts';

const SOCKET_PATH = METHODS.connectResponses.http.path;

/** The operations at each path, by verb. */
const ROUTES = Map.groupBy(
  (Object.keys(METHODS) as (keyof typeof METHODS)[]).filter((name): name is Operation => name !== 'connectResponses'),
  (name) => METHODS[name].http.path,
);

/** One revision: where it is, by which rules it validates, and how it differs from 2026-04-24. */
function revision(
  name: string,
  path: string,
  rules: readonly Pick<LateModule<unknown>, 'load'>[],
  differences: (impl: ResponsesImpl) => Partial<ResponsesImpl>,
): Family<{ responses?: ResponsesOptions | undefined }> {
  return {
    id: `responses@${name}`,
    load: () => Promise.all(rules.map((one) => one.load())),
    mount(routes, server, { responses }) {
      const impl = withQuirks('responses', { ...standardImpl, ...differences(standardImpl) }, server.quirks);
      const ctx: ResponsesContext = {
        ...server,
        impl,
        settings: settingsOf(responses),
        revision: name,
      };
      for (const at of ROUTES.keys())
        routes.all(path + at, (request, reply, params) => answer(ctx, at, params, request, reply));
      const socket = path + SOCKET_PATH;
      if (impl.hasSocket(ctx)) mountSocket(ctx, routes, socket);
      return {
        path,
        ...(impl.hasSocket(ctx) && { socket }),
        refuse: (_request, reply, error) => replyWith(ctx, reply, ctx.impl.refusal(ctx, error)),
      };
    },
  };
}

export const responses20260424 = revision('2026-04-24', '/v1', [ownRules, openaiRules], () => ({}));
export const responses20260115 = revision(
  '2026-01-15',
  '/responses/2026-01-15/v1',
  [firstRules, ownRules, openaiRules],
  first,
);
export const responsesOpenAI = revision('openai', '/responses/openai/v1', [openaiRules], openai);
export const responsesWayFlow = revision('wayflow', '/responses/wayflow/v1', [wayflowRules], wayflow);

/** Requests for a socket come by the same way as others, so that they are refused in the same words. */
function mountSocket(ctx: ResponsesContext, routes: Routes, url: string): void {
  const takeSocket = socketTaker(ctx, ctx.settings.messageBytes);
  routes.on(['GET'], url, (request, reply) => {
    let owner: string;
    try {
      if (!mayOpenSocket(ctx.origins, request.headers))
        throw new HttpError(
          'FORBIDDEN',
          `Pages of ${request.headers.origin} may open no WebSocket here: allowedOrigins`,
        );
      owner = ctx.impl.authenticate(ctx, request.headers);
    } catch (error) {
      return replyWith(ctx, reply, ctx.impl.refusal(ctx, error));
    }
    reply.hijack();
    reply.raw.statusCode = 101;
    const taken = takeSocket(
      request.raw,
      (socket, connection) =>
        void serveSocket(ctx, { owner, testId: testIdOf(request.headers) }, socket, connection, (data) =>
          ctx.received(request, data),
        ).catch(ctx.report),
    );
    return taken ? undefined : answer(ctx, SOCKET_PATH, {}, request, reply);
  });
}

async function answer(
  ctx: ResponsesContext,
  path: (typeof METHODS)[Operation]['http']['path'],
  params: Params,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { body, method, headers } = request;
  const operations = ROUTES.get(path) ?? [];
  // Else it would stay as long as the answer lasts.
  request.body = undefined;
  const operation = operations.find((one) => (METHODS[one].http.verbs as readonly string[]).includes(method));
  if (!operation) {
    const allow = operations.flatMap((one) => METHODS[one].http.verbs).join(', ');
    const error = new HttpError('METHOD_NOT_ALLOWED', `${path}: expected ${allow}, got ${method}`, { allow });
    return replyWith(ctx, reply, ctx.impl.refusal(ctx, error));
  }
  const http = {
    method,
    headers,
    params,
    query: new URLSearchParams(request.url.split('?', 2)[1] ?? ''),
    body: body instanceof Buffer ? body : Buffer.alloc(0),
    signal: new Left(ctx, reply.raw).signal,
  };
  await replyWith(ctx, reply, await ctx.impl.answerHttp(ctx, operation, http));
}
