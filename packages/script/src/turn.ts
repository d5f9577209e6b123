import { echoScript } from './echo-script.ts';
import type { AgentEvent, ToolCall, ToolResult } from './event.ts';
import type { ToolOutput, TurnInput } from './input.ts';
import type { Json, Script, Step, ToolCallSpec, ToolRunner, Turn } from './script.ts';

/** Tool calls that a turn asked the caller about. */
export interface Pending {
  by: ToolRunner;
  calls: ToolCall[];
  /** What each call answers once it is approved. */
  specs: ToolCallSpec[];
}

/** What the k-th message brings about: 0 is the script itself, then its `turns`; past the last one an echo. */
export function turnOf(script: Script, k: number, input: TurnInput): Required<Turn> {
  const turn: Turn = k === 0 ? script : (script.turns?.[k - 1] ?? echoScript(input.text));
  return {
    steps: turn.steps,
    onCancel: turn.onCancel ?? script.onCancel ?? 'cooperate',
    echo: turn.echo ?? script.echo ?? false,
  };
}

/** What the k-th turn leaves with the caller, as if it had run to its end. */
export function pendingAfter(script: Script, k: number): Pending | undefined {
  const steps = scripted(script, k);
  const last = steps?.at(-1);
  if (!steps || !last || !('tool' in last) || last.tool.by === 'server') return undefined;
  const { by, calls: specs } = last.tool;
  return { by, specs, calls: settleCalls(specs, callsBefore(script, k) + countCalls(steps.slice(0, -1))) };
}

/** How many calls the k-th turn leaves with the caller. */
export const callsLeft = (script: Script, k: number): number => pendingAfter(script, k)?.calls.length ?? 0;

/** The calls of one step, ids and arguments settled; `before` is the number of calls in front of it. */
export function settleCalls(specs: ToolCallSpec[], before: number): ToolCall[] {
  return specs.map(({ id, name, args, description }, i) => ({
    id: id ?? `call-${before + i + 1}`,
    name,
    args: args ?? {},
    ...(description !== undefined && { description }),
  }));
}

/** How many calls the turns before the k-th have. */
export function callsBefore(script: Script, k: number): number {
  let count = 0;
  for (let i = 0; i < k && i <= (script.turns?.length ?? 0); i++) count += countCalls(scripted(script, i) ?? []);
  return count;
}

/** The results of all pending calls, or undefined when the caller left one of them open. */
export function answer({ by, calls, specs }: Pending, input: TurnInput): ToolResult[] | undefined {
  const decisions = new Map(input.decisions?.map((decision) => [decision.id, decision]));
  const outputs = outputsOf(calls, input.outputs ?? []);
  const results: ToolResult[] = [];
  for (const [i, { id, name, args }] of calls.entries()) {
    const output = outputs.get(id);
    const decision = decisions.get(id);
    if (by === 'client' && output !== undefined) results.push({ id, name, args, output });
    else if (by === 'approval' && decision?.approved)
      results.push({ id, name, args, output: specs[i]?.output ?? null });
    else if (by === 'approval' && decision) {
      results.push({ id, name, args, rejected: decision.reason === undefined ? {} : { reason: decision.reason } });
    } else return undefined;
  }
  return results;
}

/** The outputs by the id of their call; one without an id goes to a call that has none yet. */
function outputsOf(calls: readonly ToolCall[], given: readonly ToolOutput[]): Map<string, Json> {
  const outputs = new Map(given.flatMap(({ id, output }) => (id === undefined ? [] : [[id, output] as const])));
  for (const { id, name, output } of given) {
    if (id !== undefined) continue;
    const call = calls.find((one) => !outputs.has(one.id) && (name === undefined || one.name === name));
    if (call) outputs.set(call.id, output);
  }
  return outputs;
}

/** How far a script has come, event by event. */
export interface TurnCount {
  /** Which turn the next message brings about. */
  turn: number;
  /** Ids of the calls that wait for the caller. */
  open: readonly string[];
  /** The turn under way only asked again for what was still open. */
  again: boolean;
}

/** Where a script begins. */
export const NO_TURNS: TurnCount = { turn: 0, open: [], again: false };

/** The count after one more event. */
export function countTurn(count: TurnCount, event: AgentEvent): TurnCount {
  switch (event.type) {
    case 'tool-request': {
      const ids = event.calls.map(({ id }) => id);
      return { ...count, open: ids, again: ids.every((id) => count.open.includes(id)) };
    }
    case 'tool-result':
      return { ...count, open: [] };
    case 'end':
    case 'reply':
      return { ...count, turn: count.again ? count.turn : count.turn + 1, again: false };
    default:
      return count;
  }
}

/**
 * The turn that the next message of a run or conversation brings about, by all that its agent did since the script
 * began: one further than the last turn, unless that only asked again for what was still open.
 */
export function turnAfter(events: Iterable<AgentEvent>): number {
  let count = NO_TURNS;
  for (const event of events) count = countTurn(count, event);
  return count.turn;
}

/**
 * The same where the caller's messages alone are known: the first of `inputs` brought the script, the last is the
 * next message. A message that leaves open what it was asked takes the script no further.
 */
export function turnByInputs(script: Script, inputs: readonly TurnInput[]): number {
  let turn = 0;
  let pending: Pending | undefined;
  for (const input of inputs.slice(0, -1)) {
    if (pending && !answer(pending, input)) continue;
    pending = pendingAfter(script, turn);
    turn++;
  }
  return turn;
}

const scripted = (script: Script, k: number): Step[] | undefined =>
  k === 0 ? script.steps : script.turns?.[k - 1]?.steps;

const countCalls = (steps: Step[]): number =>
  steps.reduce((sum, step) => sum + ('tool' in step ? step.tool.calls.length : 0), 0);
