import type { CreateResponseBody, ItemField, ItemParam } from '@agentproto/protocol/responses/openai';
import { echoScript, run as play } from '@agentproto/script';
import type { AgentEvent, Json, Script } from '@agentproto/script';
import { textScript } from '../openai/model-script.ts';
import { beginning, perform, turning } from '../agent.ts';
import type { AgentRequest, Performance, Story } from '../agent.ts';
import { LateAbort } from '../late-abort.ts';
import { emptyFold } from '../run-fold.ts';
import { withTools } from '../server-tools.ts';
import type { Run } from '../store/store.ts';
import { turnByInputs } from '@agentproto/script';
import { carrierOf, inputOf, sayingsIn, told } from './agent-input.ts';
import type { Saying } from './agent-input.ts';
import type { Call } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { viewingOf } from './follow.ts';
import { resolved } from './history.ts';
import type { Past, ResponseStart, Settled } from './response-start.ts';
import { kept, newId } from './items.ts';
import type { ModelOptions } from './options.ts';
import { invalid } from './responses-error.ts';
import { formatted } from '../openai/sample.ts';
import { contextTokens } from './tokens.ts';

/** What a response will be made of. */
interface Plan {
  id: string;
  start: ResponseStart;
  past: readonly Past[];
}

/**
 * Sets the agent to work on the input. The answer comes in the run's log; when nobody waits for it any more, the run is
 * canceled, unless it is in the background.
 */
export async function beginResponse(ctx: ResponsesContext, call: Call, request: CreateResponseBody): Promise<Run> {
  const { impl, runs } = ctx;
  const settled = impl.settle(ctx, request);
  const model = impl.modelOf(ctx, settled.model);
  const past = await impl.pastOf(ctx, call, request);
  const id = impl.newResponseId(ctx);
  const given: ItemParam[] =
    typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : (request.input ?? []);
  const input = kept(ctx, id, await resolved(ctx, call, impl.newItems(ctx, past, given), past));
  impl.checkOutputs(ctx, past, input);
  const parent = await impl.parentOf(ctx, call, request);
  const fitting = impl.truncated(ctx, settled, past, input);
  const asked: ResponseStart = {
    request: settled,
    input,
    inputTokens: contextTokens(settled.instructions, [...fitting.flatMap(({ items }) => items), ...input]),
    ...(parent !== undefined && { parent }),
  };
  const abort = new LateAbort();
  const viewing = viewingOf(ctx);
  const performance = await performed(ctx, call, { id, start: asked, past: fitting }, model, abort.signal);
  // From here on nothing is refused: what is refused leaves no trace in a conversation.
  const conversation = await impl.joinConversation(ctx, call, request, id);
  const start: ResponseStart = { ...asked, ...(conversation !== undefined && { conversation }) };
  const head = {
    id,
    family: 'responses',
    revision: ctx.revision,
    owner: call.owner,
    createdAt: ctx.clock.now(),
    ...(parent !== undefined && { parentId: parent }),
    ...(conversation !== undefined && { contextId: conversation }),
  };
  const run = await runs.start(head, {
    // Came as JSON.
    input: start as unknown as Json,
    script: performance.script,
    events: impl.agentEvents(
      ctx,
      start,
      wholeTurn(
        impl.constrained(ctx, settled, {
          ...performance,
          events: withTools(ctx.settings.tools, performance.events, abort),
        }),
      ),
    ),
    abort,
    fold: emptyFold(head, viewing),
    viewing,
    openAfterMs: 0,
  });
  impl.cancelWhenLeft(ctx, call, start, abort);
  return run;
}

export const newResponseId = (_ctx: ResponsesContext): string => newId('resp');

/** Throws a ResponsesError where the model is unknown. */
export function modelOf({ settings }: ResponsesContext, id: string): ModelOptions {
  const model = Object.hasOwn(settings.models, id) ? settings.models[id] : undefined;
  if (model) return model;
  if (!settings.closed) return { ...(id.startsWith('@') && { script: id }) };
  const known = Object.keys(settings.models).join(', ');
  throw invalid(`The model '${id}' does not exist: expected one of ${known}`, {
    code: 'model_not_found',
    param: 'model',
  });
}

/** What went before, as much of it as there is room for. Throws a ResponsesError where nothing may be left out (truncation). */
export function truncated(
  { settings: { contextTokens: window } }: ResponsesContext,
  { truncation, instructions }: Settled,
  past: readonly Past[],
  input: readonly ItemField[],
): Past[] {
  const tokens = (before: readonly Past[]) =>
    contextTokens(instructions, [...before.flatMap(({ items }) => items), ...input]);
  const rest = [...past];
  let size = tokens(rest);
  while (truncation === 'auto' && size > window && rest.length > 0) {
    rest.shift();
    size = tokens(rest);
  }
  if (size <= window || (truncation === 'auto' && input.length > 0 && rest.length === 0 && past.length > 0))
    return rest;
  throw invalid(`The input has ${size} tokens; the context window of the model has ${window}.`, {
    code: 'context_length_exceeded',
    param: 'input',
  });
}

/** Closing the connection stops a response that is not in the background. */
export function cancelWhenLeft(
  _ctx: ResponsesContext,
  { signal }: Call,
  { request }: ResponseStart,
  abort: LateAbort,
): void {
  if (request.background) return;
  if (signal.aborted) abort.abort();
  else signal.addEventListener('abort', () => abort.abort(), { once: true });
}

/** Stands around the agent. */
export const agentEvents = (
  _ctx: ResponsesContext,
  _start: ResponseStart,
  events: AsyncIterable<AgentEvent>,
): AsyncIterable<AgentEvent> => events;

async function performed(
  ctx: ResponsesContext,
  call: Call,
  { id, start, past }: Plan,
  model: ModelOptions,
  signal: AbortSignal,
): Promise<Performance> {
  const { request, input } = start;
  const sayings = sayingsIn(past, { model: request.model, metadata: request.metadata, items: input });
  const info = { ...call.seen, ...ctx.impl.requestInfo(ctx, start, past) };
  const requests = sayings.map((saying, turn): AgentRequest => ({
    protocol: `responses@${ctx.revision}`,
    runId: id,
    owner: call.owner,
    testId: call.testId,
    turn,
    model: saying.model,
    input: inputOf(saying, info),
    carrier: carrierOf(saying),
    // Came as JSON.
    message: saying.items as unknown as Json,
    signal,
  }));
  const story = await storyIn(ctx, requests, sayings, model);
  const performance = await perform(ctx, requests.at(-1)!, story);
  if (performance.script) ctx.impl.checkScript(ctx, performance.script);
  const echoes = !performance.script && !story && performance.steps;
  const whole = echoes ? ofModel(ctx, requests.at(-1)!, request, model) : performance;
  const [first] = whole.steps ?? [];
  if (first && 'busy' in first) throw ctx.impl.tooMany(ctx, request.model, first.busy);
  return whole;
}

/** Nobody brought a script: the model has one, or the text is said back, as JSON where JSON is asked for. */
function ofModel(
  ctx: ResponsesContext,
  { input, signal }: AgentRequest,
  { text }: Settled,
  { script: given }: ModelOptions,
): Performance {
  const script = given === undefined ? undefined : textScript(given);
  if (script) ctx.impl.checkScript(ctx, script);
  const echo = script ?? echoScript(formatted(input.text, text?.format));
  const events = play(echo, {
    input,
    signal,
    clock: ctx.clock,
    waitForSignal: (name, stop) => ctx.signals.wait(name, stop),
  });
  return { ...(script && { script }), steps: echo.steps, events };
}

/** The script that the conversation follows: what is there tells, whether it was kept or is sent again. */
async function storyIn(
  ctx: ResponsesContext,
  requests: readonly AgentRequest[],
  sayings: readonly Saying[],
  model: ModelOptions,
): Promise<Story | undefined> {
  let begun: { script: Script; at: number } | undefined;
  for (const [at, request] of requests.slice(0, -1).entries()) {
    const own = begun ? turning(ctx, request) : await beginning(ctx, request);
    const script = own && !isEvents(own) ? own : begun ? undefined : scriptOf(ctx, sayings[at]!, model);
    if (script) begun = { script, at };
  }
  if (!begun) return undefined;
  const inputs = requests.slice(begun.at).map(({ input }) => input);
  return { script: begun.script, turn: turnByInputs(begun.script, inputs) };
}

function scriptOf(ctx: ResponsesContext, { model: then }: Saying, now: ModelOptions): Script | undefined {
  const model = then !== undefined && Object.hasOwn(ctx.settings.models, then) ? ctx.settings.models[then] : undefined;
  const given = model?.script ?? (then?.startsWith('@') ? then : now.script);
  return given === undefined ? undefined : textScript(given);
}

const isEvents = (value: object): value is AsyncIterable<AgentEvent> => Symbol.asyncIterator in value;

/** What `echo` tells of the request: the context that the agent works in. */
export function requestInfo(
  _ctx: ResponsesContext,
  { request, input }: ResponseStart,
  past: readonly Past[],
): { [name: string]: Json } {
  return {
    model: request.model,
    instructions: request.instructions as string | null,
    tools: request.tools.map((tool) => ('name' in tool ? String(tool.name) : tool.type)),
    context: told([...past.flatMap(({ items }) => items), ...input]),
  };
}

/** What waits for the caller is the chain, in its next request: this run is over. */
async function* wholeTurn(events: AsyncIterable<AgentEvent>): AsyncGenerator<AgentEvent> {
  for await (const event of events) {
    const waits = event.type === 'end' && event.state === 'input-required';
    if (waits && event.text) yield { type: 'text', text: event.text };
    yield waits ? { type: 'end', state: 'completed' } : event;
  }
}
