import { randomUUID } from 'node:crypto';
import { callsLeft, turnByInputs } from '@agentproto/script';
import type { AgentEvent, Json, Script, ToolOutput, TurnInput } from '@agentproto/script';
import { beginning, perform, turning } from '../agent.ts';
import type { AgentRequest, Performance, Story } from '../agent.ts';
import { LateAbort } from '../late-abort.ts';
import { emptyFold } from '../run-fold.ts';
import { withTools } from '../server-tools.ts';
import type { Run } from '../store/store.ts';
import { counted, heard, wholeTurn } from './around-agent.ts';
import type { Call } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { carrierOf, inputOf, sayingsIn } from './conversation.ts';
import { viewingOf } from './follow.ts';
import type { Asked } from './run-start.ts';
import { toolsOf } from './toolkits.ts';

/**
 * Sets the agent to work on what was said last. The answer comes in the run's log; when nobody waits for it any more, the
 * run is canceled.
 */
export async function beginRun(ctx: OpenAgentContext, call: Call, asked: Asked): Promise<Run> {
  const { impl, runs } = ctx;
  const abort = new LateAbort();
  const id = impl.newRunId(ctx, asked.start);
  const performance = await performed(ctx, call, asked, id, abort);
  const viewing = viewingOf(ctx);
  const head = { id, family: 'open-agent', revision: ctx.revision, owner: call.owner, createdAt: ctx.clock.now() };
  const agent = withTools(toolsOf(ctx), asked.within?.(performance) ?? performance.events, abort);
  const run = await runs.start(head, {
    // Plain data.
    input: asked.start as unknown as Json,
    script: performance.script,
    events: counted(ctx, call, asked, impl.agentEvents(ctx, asked, wholeTurn(heard(ctx, asked, agent)))),
    abort,
    fold: emptyFold(head, viewing),
    viewing,
    openAfterMs: 0,
  });
  impl.cancelWhenLeft(ctx, call, abort);
  return run;
}

export const newRunId = (_ctx: OpenAgentContext, { kind }: Asked['start']): string =>
  `${kind === 'completion' ? 'cmpl' : 'run'}_${randomUUID().replaceAll('-', '')}`;

/** No request cancels a run: closing the connection does (README: Agents API, as nothing else can). */
export function cancelWhenLeft(_ctx: OpenAgentContext, { signal }: Call, abort: LateAbort): void {
  if (signal.aborted) abort.abort();
  else signal.addEventListener('abort', () => abort.abort(), { once: true });
}

/** Stands around the agent. */
export const agentEvents = (
  _ctx: OpenAgentContext,
  _asked: Asked,
  events: AsyncIterable<AgentEvent>,
): AsyncIterable<AgentEvent> => events;

async function performed(
  ctx: OpenAgentContext,
  call: Call,
  asked: Asked,
  id: string,
  abort: LateAbort,
): Promise<Performance> {
  const { start, messages } = asked;
  const sayings = sayingsIn(messages);
  // Came as JSON.
  const info = { ...call.seen, ...(asked.info as { [name: string]: Json }) };
  const requests = sayings.map((saying, turn): AgentRequest => ({
    protocol: `open-agent@${ctx.revision}`,
    runId: id,
    owner: call.owner,
    contextId: start.sessionId,
    testId: call.testId,
    turn,
    model: start.model,
    input: inputOf(saying, info),
    carrier: carrierOf(saying),
    // Came as JSON.
    message: saying as unknown as Json,
    get signal() {
      return abort.signal;
    },
  }));
  const { story, input } = await storyIn(ctx, requests, asked.own);
  const now = requests.at(-1)!;
  now.input = input;
  const first = await perform(ctx, now, story, abort);
  const own = !story && !first.script && first.steps ? asked.own(now.input.text) : undefined;
  const performance = own ? await perform(ctx, now, { script: own, turn: 0 }, abort) : first;
  const script = performance.script ?? own;
  if (script) ctx.impl.checkScript(ctx, start, script);
  const [step] = performance.steps ?? [];
  if (step && 'busy' in step) throw ctx.impl.tooMany(ctx, step.busy);
  return performance;
}

/** A script as far as it has been followed. */
interface Followed {
  script: Script;
  inputs: TurnInput[];
  /** Nobody brought it: an agent or a model does it by itself. */
  isOwn: boolean;
}

/** Which turn comes next. */
// The last input is what the turn answers, so that it is not looked at.
const next = ({ script, inputs }: Followed): number => turnByInputs(script, [...inputs, { text: '' }]);

/** Whether the input belongs to it; results of tools belong to what asked for them. */
const goesOn = (one: Followed, { outputs = [] }: TurnInput): boolean =>
  !one.isOwn || outputs.length > 0 || next(one) <= (one.script.turns?.length ?? 0);

/**
 * The script that the conversation follows, and what is said now: what is sent again tells. A script that somebody brought
 * goes on to the end of the conversation; what an agent or a model does by itself begins anew once it is over.
 */
async function storyIn(
  ctx: OpenAgentContext,
  requests: readonly AgentRequest[],
  own: Asked['own'],
): Promise<{ story: Story | undefined; input: TurnInput }> {
  let story: Followed | undefined;
  for (const request of requests.slice(0, -1)) {
    const { input } = request;
    const brought = story ? turning(ctx, request) : await beginning(ctx, request);
    if (brought && !(Symbol.asyncIterator in brought)) story = { script: brought, inputs: [input], isOwn: false };
    else if (story && goesOn(story, input)) story.inputs.push(...byHalt(story, input));
    else {
      const script = own(input.text);
      story = script && { script, inputs: [input], isOwn: true };
    }
  }
  const { input } = requests.at(-1)!;
  if (!story || !goesOn(story, input)) return { story: undefined, input };
  const inputs = byHalt(story, input);
  story.inputs.push(...inputs.slice(0, -1));
  return { story: { script: story.script, turn: next(story) }, input: inputs.at(-1)! };
}

/** Results of several halts come together where no answer of the agent stands between them: each halt has its own. */
function byHalt({ script, inputs }: Followed, input: TurnInput): TurnInput[] {
  const halts: TurnInput[] = [];
  let rest = input;
  for (;;) {
    const { outputs = [] } = rest;
    const left = callsLeft(script, next({ script, inputs: [...inputs, ...halts], isOwn: true }) - 1);
    if (left === 0 || outputs.length <= left) return [...halts, rest];
    halts.push({ ...rest, outputs: outputs.slice(0, left) });
    const more = outputs.slice(left);
    rest = { ...rest, outputs: more, ...(rest.text === textOf(outputs) && { text: textOf(more) }) };
  }
}

const textOf = (outputs: readonly ToolOutput[]): string =>
  outputs.map(({ output }) => (typeof output === 'string' ? output : JSON.stringify(output))).join('\n');
