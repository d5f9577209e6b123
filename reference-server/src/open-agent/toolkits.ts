import type { AgentToolkitSummary } from '@agentproto/protocol/open-agent/0.7';
import type { Answer } from '../answer.ts';
import type { Tools } from '../server-tools.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { empty, json } from './errors.ts';
import { notFound } from './open-agent-error.ts';
import { keep, list } from './records.ts';
import type { AnyTool, ServerToolkit } from './toolkit.ts';

/** The functions of all toolkits, and the tools beside them, by name. */
export const toolsOf = ({ settings: { toolkits, tools } }: OpenAgentContext): Tools => ({
  ...Object.fromEntries(toolkits.flatMap(({ functions }) => functions.map(({ name, run }) => [name, run]))),
  ...tools,
});

/** The toolkits that an account finds: all but those that it has put away. */
export async function toolkitsFor(ctx: OpenAgentContext, owner: string): Promise<ServerToolkit[]> {
  const hidden = new Set(await list<string>(ctx, 'tool', owner));
  return ctx.settings.toolkits.filter(({ name }) => !hidden.has(name));
}

export async function listTools(ctx: OpenAgentContext, call: Call): Promise<Answer> {
  const toolkits = await toolkitsFor(ctx, call.owner);
  return json(ctx, toolkits.map(summaryOf));
}

const summaryOf = ({ name, instructions, functions }: ServerToolkit): AgentToolkitSummary => ({
  name,
  instructions,
  functions: functions.map((one) => one.name),
});

/** A toolkit is a tool that MCP has: it is at this server's own address (YAML, ExternalTool). */
export async function getTool(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { name, instructions, functions } = await toolkitNamed(ctx, call, request);
  return json(ctx, {
    type: 'mcp',
    name,
    url: `${ctx.baseUrl()}${ctx.path}/mcp/sse`,
    // The schema owes these three, and defines none of them (OAA-X12).
    description: instructions,
    parameters: functions[0]?.parameters ?? {},
    execute: 'server',
  });
}

/** It is gone for this account alone. */
export async function deleteTool(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { name } = await toolkitNamed(ctx, call, request);
  await keep(ctx, 'tool', call.owner, name, name);
  return empty(ctx);
}

async function toolkitNamed(ctx: OpenAgentContext, { owner }: Call, { params }: HttpRequest): Promise<ServerToolkit> {
  const id = params['tool_id']!;
  const toolkit = (await toolkitsFor(ctx, owner)).find(({ name }) => name === id);
  if (!toolkit) throw notFound(`Tool ${id}`);
  return toolkit;
}

/** Names of what may be called. */
export const namesIn = (tools: readonly AnyTool[]): string[] =>
  tools.flatMap(({ name, functions }) => (functions ? functions.map((one) => one.name) : [name]));
