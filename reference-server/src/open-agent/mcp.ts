import { randomUUID } from 'node:crypto';
import type { CallToolResult, JSONRPCMessage, Server, Transport } from '@modelcontextprotocol/server';
import type { Json } from '@agentproto/script';
import { encodeSseComment, encodeSseEvent } from '@agentproto/wire/sse';
import type { Answer, StreamAnswer } from '../answer.ts';
import { lateModule } from '../late-module.ts';
import { uuidOf } from './accounts.ts';
import type { StoredAgent } from './agent-records.ts';
import { agentAnswer } from './ask-agent.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { EventQueue } from './event-queue.ts';
import { bad, notFound, OpenAgentError } from './open-agent-error.ts';
import type { McpTool } from './mcp-tool.ts';
import { toolkitsFor } from './toolkits.ts';

/** The official SDK, which answers; it comes with the first session. */
const sdk = lateModule(() => import('@modelcontextprotocol/server'));

/** Sessions that may be open at once. */
const MOST_SESSIONS = 1_000;

/** Messages of one session that wait for its client. */
const MOST_WAITING = 100;

const SERVER = { name: 'agentproto', version: '0.7.0' };

export async function getMcpInfo(ctx: OpenAgentContext, call: Call): Promise<Answer> {
  const tools = await ctx.impl.mcpTools(ctx, call);
  return json(ctx, {
    ...SERVER,
    transport: 'sse',
    sse: `${ctx.baseUrl()}${ctx.path}/mcp/sse`,
    messages: `${ctx.baseUrl()}${ctx.path}/mcp/messages`,
    tools: tools.map(({ name }) => name),
  });
}

/**
 * MCP over HTTP with SSE (MCP 2024-11-05, Transports), as the document's two paths have it: this opens a session and says
 * where its messages go; what comes of them is on this stream. Who shows no credentials finds the server's own tools alone.
 */
export async function openMcpStream(ctx: OpenAgentContext, call: Call, { url }: HttpRequest): Promise<StreamAnswer> {
  if (ctx.mcp.size >= MOST_SESSIONS) throw new OpenAgentError(503, `${MOST_SESSIONS} MCP sessions are open already`);
  await sdk.load();
  const id = randomUUID();
  const queue = new EventQueue<{ text: string }>();
  const say = (event: string, data: string) => queue.push({ text: encodeSseEvent({ event, data }) });
  const transport: Transport = {
    sessionId: id,
    start: async () => say('endpoint', `${url.split('?', 1)[0]!.replace(/sse$/, 'messages')}?session_id=${id}`),
    send: async (message) => say('message', JSON.stringify(message)),
    async close() {
      queue.close();
      transport.onclose?.();
    },
  };
  const server = ctx.impl.mcpServer(ctx, call);
  ctx.mcp.set(id, { owner: call.owner, transport, waiting: () => queue.waiting });
  await server.connect(transport);
  const leave = () => {
    ctx.mcp.delete(id);
    void server.close();
  };
  if (call.signal.aborted) leave();
  else call.signal.addEventListener('abort', leave, { once: true });
  return {
    status: 200,
    headers: ctx.impl.streamHeaders(ctx),
    frames: queue,
    chunks: (text) => [text],
    broken: () => encodeSseEvent({ event: 'message', data: '{"broken":' }),
    failure: () => '',
    keepAlive: encodeSseComment('ping'),
    signal: call.signal,
  };
}

/** A message of a session's client; it is answered on the session's stream. */
export async function postMcpMessage(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const id = request.query.get('session_id');
  if (id === null)
    throw bad('session_id: expected the one that the endpoint of the stream has', { param: 'session_id' });
  const session = ctx.mcp.get(id);
  // Whoever opened it without credentials has nothing that others may not see.
  if (!session || (session.owner !== '' && session.owner !== call.owner)) throw notFound(`Session ${id}`);
  // Whoever asks without reading the answers would have the server keep them.
  if (session.waiting() >= MOST_WAITING)
    throw new OpenAgentError(503, `Session ${id}: ${MOST_WAITING} messages are there to be read on its stream`);
  session.transport.onmessage?.(await readMessage(ctx, request));
  return json(ctx, { status: 'accepted' });
}

async function readMessage(ctx: OpenAgentContext, { headers, body }: HttpRequest): Promise<JSONRPCMessage> {
  const value = ctx.impl.readBody(ctx, headers, body);
  await sdk.load();
  try {
    return sdk.loaded.parseJSONRPCMessage(value);
  } catch {
    throw bad('The body: expected a message of JSON-RPC 2.0');
  }
}

/** What answers in a session: the SDK's server, with the tools of the account. */
export function mcpServer(ctx: OpenAgentContext, call: Call): Server {
  const { impl } = ctx;
  const server = new sdk.loaded.Server(SERVER, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', async () => ({
    tools: (await impl.mcpTools(ctx, call)).map(({ call: _, ...tool }) => tool),
  }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq: { signal } }): Promise<CallToolResult> => {
    const tool = (await impl.mcpTools(ctx, call)).find(({ name }) => name === params.name);
    if (!tool) throw new sdk.loaded.ProtocolError(-32602, `Unknown tool: ${params.name}`);
    try {
      // Came as JSON.
      return textResult(await tool.call((params.arguments ?? {}) as { [name: string]: Json }, signal));
    } catch (error) {
      return textResult(error instanceof Error ? error.message : String(error), true);
    }
  });
  return server;
}

const textResult = (text: string, isError = false): CallToolResult => ({ content: [{ type: 'text', text }], isError });

/** The functions of the server's toolkits, its other tools, and each agent of the account, which can be talked to by who may. */
export async function mcpTools(ctx: OpenAgentContext, call: Call): Promise<McpTool[]> {
  const toolkits = await toolkitsFor(ctx, call.owner);
  const agents = !mayRun(ctx, call) ? [] : await ctx.impl.agentsOf(ctx, call.owner);
  return [
    ...toolkits.flatMap(({ functions }) =>
      functions.map(({ name, description, parameters, run }): McpTool => ({
        name,
        description,
        inputSchema: { ...parameters, type: 'object' },
        call: async (args, signal) => JSON.stringify(await run(args, { signal })),
      })),
    ),
    ...Object.entries(ctx.settings.tools).map(([name, run]): McpTool => ({
      name,
      inputSchema: { type: 'object' },
      call: async (args, signal) => JSON.stringify((await run(args, { signal })) ?? null),
    })),
    ...agents.map((agent) => agentTool(ctx, call, agent)),
  ];
}

/** A session is open to everybody; its agents are to those whose key may run them. */
function mayRun(ctx: OpenAgentContext, call: Call): boolean {
  if (call.owner === '') return false;
  try {
    ctx.impl.authorize(ctx, call, 'runAgent', { params: {} });
    return true;
  } catch (error) {
    if (error instanceof OpenAgentError) return false;
    throw error;
  }
}

/** Names have 64 characters of a few kinds; agents whose ids differ in others are not the same. */
function toolNameOf(id: string): string {
  const plain = `ask_${id.replaceAll(/[^\w-]/g, '_')}`;
  return plain === `ask_${id}` && plain.length <= 64 ? plain : `${plain.slice(0, 55)}_${uuidOf(id).slice(0, 8)}`;
}

const agentTool = (ctx: OpenAgentContext, call: Call, agent: StoredAgent): McpTool => ({
  name: toolNameOf(agent.id),
  description: agent.description ?? `Talk to the agent ${agent.name ?? agent.id}.`,
  inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  async call({ message }, signal) {
    if (typeof message !== 'string') throw new Error(`message: expected a text, got ${JSON.stringify(message)}`);
    return agentAnswer(ctx, { ...call, operation: 'runAgent', signal }, agent, message);
  },
});
