import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { empty, json } from './errors.ts';
import { bad, notFound, OpenAgentError } from './open-agent-error.ts';
import { drop, find, keep, keepFirst, list } from './records.ts';
import type { StoredAgent } from './agent-records.ts';
import { bodyOf } from './request.ts';
import { agentLimit } from './usage.ts';

type AgentInput = Partial<Omit<StoredAgent, 'created_at'>>;

/** An agent of the account; the server chooses the id where none is sent (OAA-X07). */
export async function createAgent(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { impl } = ctx;
  const input: AgentInput = bodyOf(ctx, request, 'AgentInput');
  const id = input.id ?? `agent_${randomUUID().replaceAll('-', '')}`;
  if (id === '') throw bad('id: expected a text that is not empty', { param: 'id' });
  const agent = storedOf(id, input, new Date(ctx.clock.now()).toISOString());
  await addAgent(ctx, call, agent);
  return json(ctx, impl.createdAgent(ctx, agent), 201);
}

/** Whoever else makes one at the same time: the first are within the plan, and the first of an id has it. Throws an OpenAgentError. */
async function addAgent(ctx: OpenAgentContext, { owner }: Call, agent: StoredAgent): Promise<void> {
  const { id } = agent;
  const taken = () => bad(`id: there is an agent ${id} already`, { param: 'id' });
  if (await find(ctx, 'agent', owner, id)) throw taken();
  const most = await agentLimit(ctx, owner);
  const isWithin = async () => {
    if (most === undefined) return true;
    const agents = await list<StoredAgent>(ctx, 'agent', owner);
    const at = agents.findIndex((one) => one.id === id);
    return (at < 0 ? agents.length : at) < most;
  };
  const tooMany = () => new OpenAgentError(402, `The plan allows ${most} agents`, { code: 'plan_limit' });
  if (!(await isWithin())) throw tooMany();
  if (!(await keepFirst(ctx, 'agent', owner, id, agent))) throw taken();
  if (await isWithin()) return;
  await drop(ctx, 'agent', owner, id);
  throw tooMany();
}

const storedOf = (
  id: string,
  { name, model, description, instructions, prompt, tools = [] }: AgentInput,
  createdAt: string,
): StoredAgent => ({
  id,
  ...(name !== undefined && { name }),
  ...(model !== undefined && { model }),
  ...(description !== undefined && { description }),
  ...(instructions !== undefined && { instructions }),
  ...(prompt !== undefined && { prompt }),
  tools,
  created_at: createdAt,
});

export async function listAgents(ctx: OpenAgentContext, call: Call): Promise<Answer> {
  const { impl } = ctx;
  const agents = await impl.agentsOf(ctx, call.owner);
  return json(ctx, { agents: agents.map((agent) => impl.shownAgent(ctx, agent)) });
}

export async function getAgent(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  return json(ctx, ctx.impl.shownAgent(ctx, await agentIn(ctx, call, request)));
}

/** The whole of it is replaced; its id stays. */
export async function updateAgent(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { id, created_at: createdAt } = await agentIn(ctx, call, request);
  const input: AgentInput = bodyOf(ctx, request, 'AgentInput');
  if (input.id !== undefined && input.id !== id)
    throw bad(`id: expected ${id}, that of the path, got ${input.id}`, { param: 'id' });
  await ctx.impl.putAgent(ctx, call, storedOf(id, input, createdAt));
  return empty(ctx);
}

export const putAgent = (ctx: OpenAgentContext, { owner }: Call, agent: StoredAgent): Promise<void> =>
  keep(ctx, 'agent', owner, agent.id, agent);

export async function deleteAgent(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { id } = await agentIn(ctx, call, request);
  await ctx.impl.dropAgent(ctx, call, id);
  return empty(ctx);
}

export const dropAgent = (ctx: OpenAgentContext, { owner }: Call, id: string): Promise<boolean> =>
  drop(ctx, 'agent', owner, id);

/** All agents of an account, the oldest first. */
export const agentsOf = (ctx: OpenAgentContext, owner: string): Promise<StoredAgent[]> => list(ctx, 'agent', owner);

/** Undefined where the account has none of that id. */
export const agentNamed = (ctx: OpenAgentContext, owner: string, id: string): Promise<StoredAgent | undefined> =>
  find(ctx, 'agent', owner, id);

/** Throws an OpenAgentError, 404. */
export async function agentIn(ctx: OpenAgentContext, call: Call, { params }: HttpRequest): Promise<StoredAgent> {
  const id = params['agentId']!;
  const agent = await ctx.impl.agentNamed(ctx, call.owner, id);
  if (!agent) throw notFound(`Agent ${id}`);
  return agent;
}

/** An agent as it is told. */
export const shownAgent = (_ctx: OpenAgentContext, agent: StoredAgent): object => agent;

/** The same where it is made. */
export const createdAgent = (ctx: OpenAgentContext, agent: StoredAgent): object => ctx.impl.shownAgent(ctx, agent);

export const personaOf = ({ instructions, prompt, description }: StoredAgent): string | undefined =>
  instructions ?? prompt ?? description;
