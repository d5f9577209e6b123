import { randomUUID } from 'node:crypto';
import { encodeSseComment } from '@agentproto/wire/sse';
import type { AgentMessage } from '@agentproto/protocol/open-agent/0.7';
import type { Script } from '@agentproto/script';
import type { Answer, StreamAnswer } from '../answer.ts';
import { batchesOf } from '../batches.ts';
import { textScript } from '../openai/model-script.ts';
import type { ModelOptions } from '../openai/models.ts';
import { tokensOf } from '../openai/tokens.ts';
import { agentIn, personaOf } from './agents.ts';
import type { StoredAgent, Working } from './agent-records.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { textIn, told } from './conversation.ts';
import { newFold } from './encode.ts';
import { json } from './errors.ts';
import { entriesOf, runEvents } from './follow.ts';
import { bad, OpenAgentError } from './open-agent-error.ts';
import type { Asked, RunFold, RunItem, RunRequest } from './run-start.ts';
import type { Run } from '../store/store.ts';
import { teamScript } from './team-script.ts';
import { teamIn, workingIn } from './teams.ts';
import { namesIn } from './toolkits.ts';
import type { AnyTool } from './toolkit.ts';

/** A conversation with one agent: its persona and its tools come into play (README: Agents API). */
export async function runAgent(ctx: OpenAgentContext, call: Call, http: HttpRequest): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const agent = await agentIn(ctx, call, http);
  const request = impl.readRun(ctx, http, 'agent');
  return answered(ctx, call, http, askedOf(ctx, agent, request, impl.wantsStream(ctx, http.headers)), impl.agentReply);
}

/** What an agent is asked. */
export function askedOf(ctx: OpenAgentContext, agent: StoredAgent, request: RunRequest, mayAsk: boolean): Asked {
  const { impl } = ctx;
  const model = impl.chosenModel(ctx, request, agent.model);
  const options = impl.modelOf(ctx, model);
  const asked = asking(ctx, request, { model, persona: personaOf(agent), tools: agent.tools, mayAsk });
  return { ...asked, start: { ...asked.start, agentId: agent.id }, own: () => ownScript(options) };
}

/** A leader asks the members, and makes one answer of theirs (README: Teams API). */
export async function runTeam(ctx: OpenAgentContext, call: Call, http: HttpRequest): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const team = await teamIn(ctx, call, http);
  const request = impl.readRun(ctx, http, 'team');
  const working = await workingIn(ctx, call.owner, team);
  const leader = working.find(({ is_leader: leads }) => leads);
  const model = impl.chosenModel(ctx, request, leader?.agent.model);
  const tools = [...team.tools, ...working.flatMap(({ agent }) => agent.tools)];
  const persona = leader && personaOf(leader.agent);
  const chosen = impl.chosenMembers(ctx, working, request.agents);
  const mayAsk = impl.wantsStream(ctx, http.headers);
  const { start, info, ...asked } = asking(ctx, request, { model, persona, tools, mayAsk });
  const who = leader && { agentId: leader.agent_id, speaker: nameOf(leader.agent) };
  const members = chosen.map(({ agent, role }) => ({ name: nameOf(agent), role }));
  return answered(
    ctx,
    call,
    http,
    {
      ...asked,
      start: { ...start, ...who, kind: 'team' },
      info: { ...info, members },
      own: (text) => impl.teamPlan(ctx, chosen, text),
    },
    impl.teamReply,
  );
}

const nameOf = ({ name, id }: StoredAgent): string => name ?? id;

/** What generated clients fill in where nobody names a model (YAML, AgentCompletionRequest). */
const FILLED_IN = 'claude-3-7-sonnet-latest';

/** That of the request, then that of the agent. */
export function chosenModel({ settings }: OpenAgentContext, { model }: RunRequest, own: string | undefined): string {
  const named = model === FILLED_IN ? undefined : model;
  return named ?? own ?? Object.keys(settings.models)[0] ?? 'agentproto';
}

/** The members that the caller hints, or all (README: Teams API). Throws an OpenAgentError, 400. */
export function chosenMembers(
  _ctx: OpenAgentContext,
  working: readonly Working[],
  hints: readonly string[] | undefined,
): readonly Working[] {
  if (!hints?.length) return working;
  const is = (hint: string) => (member: Working) =>
    [member.agent_id, member.role, member.agent.name].some((one) => one?.toLowerCase() === hint.toLowerCase());
  const unknown = hints.find((hint) => !working.some(is(hint)));
  if (unknown !== undefined) throw bad(`agents: the team has no member ${unknown}`, { param: 'agents' });
  return working.filter((member) => hints.some((hint) => is(hint)(member)));
}

/** What a team does by itself. */
export const teamPlan = (ctx: OpenAgentContext, members: readonly Working[], text: string): Script =>
  teamScript(
    members.map(({ agent, role }) => ({
      name: nameOf(agent),
      role,
      script: agent.model === undefined ? undefined : ownScript(ctx.impl.modelOf(ctx, agent.model)),
    })),
    text,
  );

export const ownScript = ({ script }: ModelOptions): Script | undefined =>
  script === undefined ? undefined : textScript(script);

/** Throws an OpenAgentError, 400, where the model is unknown. */
export function modelOf({ settings }: OpenAgentContext, id: string): ModelOptions {
  const model = Object.hasOwn(settings.models, id) ? settings.models[id] : undefined;
  if (model) return model;
  if (!settings.closed) return id.startsWith('@') ? { script: id } : {};
  const known = Object.keys(settings.models).join(', ');
  throw bad(`The model ${id} does not exist: expected one of ${known}`, { code: 'model_not_found', param: 'model' });
}

/** What agents and teams are asked alike. */
function asking(
  ctx: OpenAgentContext,
  request: RunRequest,
  about: { model: string; persona: string | undefined; tools: readonly AnyTool[]; mayAsk: boolean },
): Asked {
  const { impl } = ctx;
  const { model, persona, tools, mayAsk } = about;
  impl.modelOf(ctx, model);
  const messages = request.messages ?? [];
  const offered = impl.offeredTools(ctx, request.tools ?? [], tools);
  const { session_id: session } = request;
  return {
    start: {
      kind: 'agent',
      sessionId: typeof session === 'string' && session !== '' ? session : randomUUID(),
      model,
      inputTokens: inputTokens(persona, messages),
    },
    messages,
    offered,
    mayAsk,
    info: { model, instructions: persona ?? null, tools: offered, context: told(messages) },
    own: () => undefined,
  };
}

export const inputTokens = (persona: string | undefined, messages: readonly AgentMessage[]): number =>
  tokensOf((persona?.length ?? 0) + messages.reduce((sum, message) => sum + textIn(message).length, 0));

/** Tools of this request, and those that the agent has (README: Agents API). */
export const offeredTools = (
  _ctx: OpenAgentContext,
  ofRequest: readonly AnyTool[],
  ofAgent: readonly AnyTool[],
): string[] => [...new Set(namesIn([...ofAgent, ...ofRequest]))];

/** The answer as it comes, or in one piece. */
async function answered(
  ctx: OpenAgentContext,
  call: Call,
  { headers }: HttpRequest,
  asked: Asked,
  reply: (ctx: OpenAgentContext, fold: RunFold, at: number) => object,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const run = await impl.beginRun(ctx, call, asked);
  if (impl.wantsStream(ctx, headers))
    return streamOf(ctx, call, impl.shownEvents(ctx, call, runEvents(ctx, call.signal, run)));
  const { fold, fault, at } = await wholeRun(ctx, call.signal, run);
  return { ...json(ctx, reply(ctx, fold, at)), fault };
}

/** A run up to its end. Throws an OpenAgentError where it failed. */
export async function wholeRun(ctx: OpenAgentContext, signal: AbortSignal, run: Run) {
  const fold = newFold(run.id);
  let fault: Answer['fault'];
  let at = run.createdAt;
  for await (const batch of entriesOf(ctx, signal, run)) {
    for (const entry of batch) {
      if (entry.event.type === 'wire') fault ??= entry.event.fault;
      ctx.impl.encode(ctx, fold, entry);
      at = entry.at;
    }
  }
  ctx.impl.checkOutcome(ctx, fold);
  return { fold, fault, at };
}

/** What has failed is no answer. Throws an OpenAgentError. */
export function checkOutcome(_ctx: OpenAgentContext, { status, failure }: RunFold): void {
  if (failure) throw new OpenAgentError(failure.rejected ? 400 : 500, failure.message, { code: 'run_failed' });
  if (status === 'canceled') throw new OpenAgentError(500, 'The run was canceled.', { code: 'run_canceled' });
}

/** Frames of `data` alone (README: Agents API). */
function streamOf(ctx: OpenAgentContext, call: Call, items: AsyncIterable<RunItem>): StreamAnswer {
  const { impl } = ctx;
  const frameOf = (event: object) => impl.frameText(ctx, impl.sseEvent(ctx, event));
  async function* frames(): StreamAnswer['frames'] {
    for await (const batch of batchesOf(items))
      yield batch.map((item) => ('fault' in item ? item : { text: frameOf(item.event) }));
  }
  return {
    status: 200,
    headers: impl.streamHeaders(ctx),
    frames: frames(),
    chunks: (text) => impl.chunks(ctx, text),
    broken: () => impl.frameText(ctx, { data: '{"broken":' }),
    failure: (error) => frameOf(impl.failedEvent(ctx, error)),
    keepAlive: encodeSseComment('keep-alive'),
    signal: call.signal,
  };
}
