import type { FastifyReply, FastifyRequest } from 'fastify';
import { METHODS } from '@agentproto/protocol/chat/docs';
import type { Agent } from '../agent.ts';
import { replyWith } from '../reply.ts';
import { mayOpenSocket } from '../cors.ts';
import { HttpError } from '../http-error.ts';
import { withQuirks } from '../quirk.ts';
import type { Params, Routes } from '../route-table.ts';
import type { Family } from '../server-context.ts';
import { socketTaker } from '../upgrade.ts';
import { Left } from '../left.ts';
import type { ChatContext, ChatImpl } from './context.ts';
import { dcaf21 } from './dcaf-2.1.ts';
import type { HttpRequest, Operation } from './call.ts';
import { standardImpl } from './impl.ts';
import { createIssued } from './issued.ts';
import { mountMcp } from './mcp.ts';
import { setUpOf, settingsOf } from './options.ts';
import { testIdOf } from '../identity.ts';
import { rules } from './request.ts';
import { createPastTurns } from './past-turns.ts';
import { createTaskResults } from './task-results.ts';
import type { ChatOptions } from './options.ts';
import { serveSocket } from './socket.ts';

/** One revision: where it is, and how it differs from the documents. */
function revision(
  name: string,
  path: string,
  differences: (impl: ChatImpl) => Partial<ChatImpl>,
): Family<{ chat?: ChatOptions | undefined; agent?: Agent | undefined }> {
  return {
    id: `chat@${name}`,
    load: rules.load,
    mount(routes, server, { chat, agent }) {
      const impl = withQuirks('chat', { ...standardImpl, ...differences(standardImpl) }, server.quirks);
      const ctx: ChatContext = {
        ...server,
        impl,
        settings: settingsOf(chat, server.report),
        revision: name,
        past: createPastTurns(server.store.runs),
        path,
        guarded: agent !== undefined,
        issued: createIssued(),
        tasks: createTaskResults(),
      };
      for (const operation of Object.keys(METHODS) as Operation[]) {
        if (operation !== 'chat-ws' && offers(ctx, operation))
          routes.all(path + METHODS[operation].http.path, (request, reply, params) =>
            answer(ctx, operation, params, request, reply),
          );
      }
      if (ctx.settings.mcp !== false) mountMcp(ctx, routes, path);
      mountSocket(ctx, routes, path + METHODS['chat-ws'].http.path);
      return {
        path,
        area: `${path}/api`,
        page: path + METHODS.health.http.path,
        socket: path + METHODS['chat-ws'].http.path,
        setUp: setUpOf(chat),
        refuse: (_request, reply, error) => replyWith(ctx, reply, ctx.impl.refusal(ctx, error)),
      };
    },
  };
}

/** What is not switched on is not there. */
function offers({ settings }: ChatContext, operation: Operation): boolean {
  const { binding } = METHODS[operation];
  return binding === 'queue' ? settings.queue : binding === 'a2a' ? settings.a2a !== false : true;
}

export const chatDocs = revision('docs', '', () => ({}));
export const chatDcaf21 = revision('dcaf-2.1', '/chat/dcaf-2.1', dcaf21);

/** Requests for a socket come by the same way as others, so that they are refused in the same words. */
function mountSocket(ctx: ChatContext, routes: Routes, url: string): void {
  const takeSocket = socketTaker(ctx, ctx.settings.messageBytes);
  routes.all(url, (request, reply) => {
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
    return taken ? undefined : answer(ctx, 'chat-ws', {}, request, reply);
  });
}

async function answer(
  ctx: ChatContext,
  operation: Operation,
  params: Params,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { body, method, headers, query } = request;
  // Else it would stay as long as the answer lasts.
  request.body = undefined;
  const left = new Left(ctx, reply.raw);
  const http = {
    method,
    headers,
    params,
    query: firstOf(query as Record<string, string | string[]>),
    body: body instanceof Buffer ? body : Buffer.alloc(0),
    get signal() {
      return left.signal;
    },
  };
  await replyWith(ctx, reply, await ctx.impl.answerHttp(ctx, operation, http));
}

const firstOf = (query: Record<string, string | string[]>): HttpRequest['query'] =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? value : value[0]]),
  );
