import type { TurnInput } from '../input.ts';
import {
  REQUEST_INFO_ID,
  type EndState,
  type Json,
  type PartSpec,
  type Script,
  type Step,
  type ToolRunner,
  type Turn,
} from '../script.ts';
import { foldParts } from './parts.ts';

/**
 * What anyone must be able to see of one turn, in no protocol's terms. Which of it a wire can show, and in which
 * frames, is not said here. The interpreter and this file share nothing but types, so that they can check each other.
 */
export interface Outcome {
  /** The agent's main answer in one piece. */
  text: string;
  /** What it said about its progress, in order. */
  statuses: string[];
  /** In the order in which they began; parts as `foldParts` gives them. */
  artifacts: { id: string; name?: string; parts: PartSpec[] }[];
  /** Calls in the order in which they were answered or asked for: first those of the turn before that got an answer. */
  tools: ToolOutcome[];
  reasoning: string;
  refusal: string;
  delegations: { from: string; text?: string }[];
  /** The sum, where the agent said any. */
  usage?: { input: number; output: number };
  /** The direct answer, its parts as `foldParts` gives them. */
  reply?: PartSpec[];
  end: EndState | 'reply' | 'crash' | 'busy';
  endText?: string;
}

export interface ToolOutcome {
  name: string;
  args: { [name: string]: Json };
  by: ToolRunner;
  output?: Json;
  rejected?: { reason?: string };
}

export interface OutcomeOptions {
  /** A cancel is asked for as soon as the turn reaches its first `hold until cancel`. Without such a hold nothing changes. */
  canceled?: boolean;
}

/** What must be seen of a script's turn (0: the first message) that answers `input`. */
export function outcome(
  script: Script,
  turn = 0,
  input: TurnInput = { text: '' },
  options: OutcomeOptions = {},
): Outcome {
  const all: (Turn | undefined)[] = [script, ...(script.turns ?? [])];
  const current = all[turn];
  const steps: Step[] = current ? current.steps : input.text ? [{ text: input.text }] : [];
  const earlier = all.slice(0, turn).flatMap((one) => one?.steps ?? []);
  const seen: Outcome = {
    text: '',
    statuses: [],
    artifacts: [],
    tools: [],
    reasoning: '',
    refusal: '',
    delegations: [],
    end: 'completed',
  };

  const asked = all[turn - 1]?.steps.at(-1);
  if (asked && 'tool' in asked && asked.tool.by !== 'server') {
    const answered = answers(asked.tool, callCount(earlier) - asked.tool.calls.length, input);
    seen.tools.push(...answered.tools);
    if (!answered.complete) return { ...seen, end: 'input-required' };
  }

  const artifacts = new ArtifactShelf();
  if (current?.echo ?? script.echo) {
    artifacts.set(REQUEST_INFO_ID, { parts: [{ data: { text: input.text, request: input.request ?? {} } }] });
  }
  const cancelsAt = options.canceled && (current?.onCancel ?? script.onCancel) !== 'ignore';
  for (const step of steps) {
    if (cancelsAt && 'hold' in step && step.hold.until === 'cancel') {
      seen.end = 'canceled';
      break;
    }
    if (see(step, seen, artifacts, input)) break;
  }
  seen.artifacts = artifacts.all();
  return seen;
}

/** Adds what one step shows; true when it ends the turn. */
function see(step: Step, seen: Outcome, artifacts: ArtifactShelf, input: TurnInput): boolean {
  if ('end' in step) {
    seen.end = step.end;
    if (step.text !== undefined) seen.endText = step.text;
    return true;
  }
  if ('throw' in step) {
    seen.end = 'crash';
    return true;
  }
  if ('busy' in step) {
    seen.end = 'busy';
    return true;
  }
  if ('reply' in step) {
    seen.end = 'reply';
    seen.reply = foldParts(step.reply);
    return true;
  }
  if ('tool' in step) {
    const { by, calls } = step.tool;
    const output = (given: Json | undefined) => (by === 'server' ? { output: given ?? null } : {});
    seen.tools.push(...calls.map((call) => ({ name: call.name, args: call.args ?? {}, by, ...output(call.output) })));
    if (by !== 'server') seen.end = 'input-required';
    return by !== 'server';
  }
  if ('expect' in step) {
    const complaint = complain(step.expect, input);
    if (complaint === undefined) return false;
    seen.end = 'failed';
    seen.endText = complaint;
    return true;
  }
  if ('status' in step) seen.statuses.push(step.status);
  else if ('text' in step) seen.text += step.text;
  else if ('reason' in step) seen.reasoning += step.reason;
  else if ('refuse' in step) seen.refusal += step.refuse;
  else if ('delegate' in step) seen.delegations.push(step.delegate);
  else if ('usage' in step) {
    seen.usage = {
      input: (seen.usage?.input ?? 0) + step.usage.input,
      output: (seen.usage?.output ?? 0) + step.usage.output,
    };
  } else if ('artifact' in step) {
    const { id, name, parts, append } = step.artifact;
    if (append) artifacts.extend(id, parts);
    else artifacts.put(id, parts, name);
  } else if ('pad' in step) artifacts.put(step.pad.id, [{ text: padding(step.pad.bytes) }]);
  return false;
}

/** The artifacts of a turn while it goes on. */
class ArtifactShelf extends Map<string, { name?: string; parts: PartSpec[] }> {
  #count = 0;
  #newest = '';

  /** A new artifact, or another one in the place of an old one. */
  put(id: string | undefined, parts: PartSpec[], name?: string): void {
    this.#count++;
    this.#newest = id ?? `artifact-${this.#count}`;
    this.set(this.#newest, { ...(name !== undefined && { name }), parts: [...parts] });
  }

  extend(id: string | undefined, parts: PartSpec[]): void {
    this.#newest = id ?? this.#newest;
    this.get(this.#newest)?.parts.push(...parts);
  }

  all(): Outcome['artifacts'] {
    return Array.from(this, ([id, { parts, ...rest }]) => ({ id, ...rest, parts: foldParts(parts) }));
  }
}

/** What the caller answered to the calls of the turn before; when it left one open, all of them are asked again. */
function answers(
  { by, calls }: Extract<Step, { tool: object }>['tool'],
  before: number,
  input: TurnInput,
): { complete: boolean; tools: ToolOutcome[] } {
  const asked = calls.map(({ name, args = {} }): ToolOutcome => ({ name, args, by }));
  const answered = calls.flatMap(({ id = undefined, output }, i): ToolOutcome[] => {
    const key = id ?? `call-${before + i + 1}`;
    const call = asked[i]!;
    if (by === 'client') {
      const given = input.outputs?.findLast((one) => one.id === key);
      return given ? [{ ...call, output: given.output }] : [];
    }
    const decision = input.decisions?.findLast((one) => one.id === key);
    if (!decision) return [];
    if (decision.approved) return [{ ...call, output: output ?? null }];
    return [{ ...call, rejected: decision.reason === undefined ? {} : { reason: decision.reason } }];
  });
  const complete = answered.length === calls.length;
  return { complete, tools: complete ? answered : asked };
}

function callCount(steps: Step[]): number {
  return steps.flatMap((step) => ('tool' in step ? step.tool.calls : [])).length;
}

/** The words with which a turn fails whose `expect` is not met. */
function complain({ text, data }: Extract<Step, { expect: object }>['expect'], input: TurnInput): string | undefined {
  if (text !== undefined && input.text !== text) return `expected the text ${quoted(text)}, got ${quoted(input.text)}`;
  if (data === undefined) return undefined;
  const wanted = canonical(data);
  const given = input.data ?? [];
  if (given.some((one) => canonical(one) === wanted)) return undefined;
  return `expected the data ${quoted(data)}, got ${given.length > 0 ? quoted(given) : 'none'}`;
}

function quoted(value: Json): string {
  const all = JSON.stringify(value);
  return all.length <= 200 ? all : `${all.slice(0, 200)}…`;
}

/** JSON text that is the same for values which differ in the order of their members alone. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_name, member: Json) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** What `pad` sends: counted words of seven base-36 digits and a space, cut to length. */
function padding(bytes: number): string {
  const words = Array.from({ length: Math.ceil(bytes / 8) }, (_, i) => i.toString(36).padStart(7, '0'));
  return `${words.join(' ')} `.slice(0, bytes);
}
