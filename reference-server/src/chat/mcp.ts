import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { encodeSseComment, encodeSseEvent } from '@agentproto/wire/sse';
import { PATHS } from '@agentproto/protocol/chat/docs';
import { replyWith } from '../reply.ts';
import type { Routes } from '../route-table.ts';
import { ChatError } from './chat-error.ts';
import type { ChatContext } from './context.ts';
import type { McpTool } from './mcp-tool.ts';

const CHAT_TOOL: McpTool = {
  name: 'chat',
  description: 'Talk to the agent.',
  inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
};

/** The tools that a client of MCP finds: those of the agent, and one to talk to it. */
export const mcpTools = ({ settings: { mcp } }: ChatContext): readonly McpTool[] => [
  ...(typeof mcp === 'object' ? (mcp.tools ?? []) : []),
  CHAT_TOOL,
];

const VERSION = '2024-11-05';
/** Sessions that may be open at once. */
const MOST_SESSIONS = 1_000;
const SILENCE_MS = 15_000;

interface Rpc {
  jsonrpc?: unknown;
  id?: string | number | null;
  method?: unknown;
  params?: { name?: unknown; arguments?: { message?: unknown }; protocolVersion?: unknown };
}

interface Session {
  owner: string;
  response: ServerResponse;
  left: AbortController;
}

/**
 * MCP over its first transport, HTTP with SSE (MCP 2024-11-05, Transports), as FastMCP serves it for DCAF: GET /sse opens a
 * session and says where its messages go; each is answered with 202, and what comes of it on the stream.
 */
export function mountMcp(ctx: ChatContext, routes: Routes, path: string): void {
  const sessions = new Map<string, Session>();
  ctx.whenClosing(() => {
    for (const { response, left } of sessions.values()) {
      left.abort();
      response.end();
    }
  });

  routes.get(`${path}/sse`, (request, reply) =>
    guarded(ctx, reply, () => {
      const owner = ctx.impl.authenticate(ctx, request.headers);
      if (sessions.size >= MOST_SESSIONS) throw new ChatError(503, `${MOST_SESSIONS} MCP sessions are open already`);
      reply.hijack();
      const response = reply.raw;
      const id = randomUUID().replaceAll('-', '');
      const session: Session = { owner, response, left: new AbortController() };
      sessions.set(id, session);
      response.writeHead(200, {
        ...ctx.impl.streamHeaders(ctx),
        'content-type': 'text/event-stream',
      });
      response.write(
        encodeSseEvent({
          event: 'endpoint',
          data: `${request.url.replace(/sse(?:\?.*)?$/, 'messages/')}?session_id=${id}`,
        }),
      );
      let cancel = () => {};
      const breathe = () =>
        (cancel = ctx.setTimer(SILENCE_MS, () => {
          response.write(encodeSseComment('ping'));
          breathe();
        }));
      breathe();
      response.once('close', () => {
        cancel();
        session.left.abort();
        sessions.delete(id);
      });
    }),
  );

  routes.on(['POST'], `${path}/messages/`, (request, reply) =>
    guarded(ctx, reply, () => {
      const owner = ctx.impl.authenticate(ctx, request.headers);
      const { session_id: id } = request.query as { session_id?: string };
      const session = sessions.get(id ?? '');
      if (!session || session.owner !== owner) throw new ChatError(404, 'Could not find session');
      const message = ctx.impl.parseJson(ctx, request.body instanceof Buffer ? request.body.toString() : '');
      const rpc = ctx.impl.checkObject(ctx, message) as Rpc;
      reply.code(202).type('text/plain').send('Accepted');
      void answer(ctx, session, rpc)
        .then((result) => result && say(session, result))
        .catch(ctx.report);
    }),
  );
}

async function guarded(ctx: ChatContext, reply: FastifyReply, work: () => void): Promise<FastifyReply> {
  try {
    work();
  } catch (error) {
    replyWith(ctx, reply, ctx.impl.refusal(ctx, error));
  }
  return reply;
}

function say({ response }: Session, message: object): void {
  if (!response.writableEnded) response.write(encodeSseEvent({ event: 'message', data: JSON.stringify(message) }));
}

/** The answer to one message; none to a notification. */
async function answer(
  ctx: ChatContext,
  session: Session,
  { id, method, params = {} }: Rpc,
): Promise<object | undefined> {
  if (id === undefined || id === null) return undefined;
  const result = (value: object) => ({ jsonrpc: '2.0', id, result: value });
  const refuse = (code: number, message: string) => ({ jsonrpc: '2.0', id, error: { code, message } });
  switch (method) {
    case 'initialize':
      return result({
        protocolVersion: VERSION,
        capabilities: { tools: { listChanged: false } },
        serverInfo: { name: 'dcaf-agent', version: '2.1.0' },
      });
    case 'ping':
      return result({});
    case 'tools/list':
      return result({
        tools: ctx.impl.mcpTools(ctx).map(({ name, description = '', inputSchema = { type: 'object' } }) => ({
          name,
          description,
          inputSchema,
        })),
      });
    case 'tools/call': {
      const tool = ctx.impl.mcpTools(ctx).find(({ name }) => name === params.name);
      if (!tool) return refuse(-32602, `Unknown tool: ${String(params.name)}`);
      if (tool !== CHAT_TOOL) return result(textOf(tool.output ?? ''));
      const { message } = params.arguments ?? {};
      if (typeof message !== 'string')
        return refuse(-32602, `message: expected a text, got ${JSON.stringify(message)}`);
      return result(await chat(ctx, session, message));
    }
    default:
      return refuse(-32601, `There is no method ${String(method)}`);
  }
}

const textOf = (text: string, isError = false): object => ({ content: [{ type: 'text', text }], isError });

/** One turn of the agent. */
async function chat(ctx: ChatContext, { owner, left: { signal } }: Session, message: string): Promise<object> {
  const { impl } = ctx;
  try {
    const call = {
      owner,
      binding: 'HTTP' as const,
      legacy: false,
      seen: { binding: 'HTTP', method: 'POST', path: PATHS.chat },
      signal,
    };
    const run = await impl.beginTurn(ctx, call, { messages: [{ role: 'user', content: message }] });
    const events: StreamEvent[] = [];
    for await (const item of impl.turnEvents(ctx, call, run)) if ('event' in item) events.push(item.event);
    const error = events.find((event) => event.type === 'error');
    return error ? textOf(error.error, true) : textOf(impl.reply(ctx, events).content);
  } catch (error) {
    return textOf(impl.errorEvent(ctx, error).error, true);
  }
}
