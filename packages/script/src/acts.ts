import { settleArtifacts, type Settled } from './artifact-settling.ts';
import type { AgentEvent } from './event.ts';
import { filler } from './filler.ts';
import type { TurnInput } from './input.ts';
import { sameJson } from './json-value.ts';
import { REQUEST_INFO_ID, type Json, type Script, type Step } from './script.ts';
import { answer, callsBefore, pendingAfter, settleCalls, turnOf } from './turn.ts';

/** What a turn does next: an event, or one of the steps that have to do with time or with breaking down. */
export type Act =
  | AgentEvent
  | Extract<Step, { sleep: number } | { hold: object } | { throw: string } | { busy: number }>;

/** Everything that one turn does, in order, made piece by piece, without clock and cancel. Last is `end`, `reply`, `throw` or `busy`. */
export function* acts(script: Script, k: number, input: TurnInput): Generator<Act, void, undefined> {
  const pending = k > 0 ? pendingAfter(script, k - 1) : undefined;
  if (pending) {
    const results = answer(pending, input);
    if (!results) {
      yield { type: 'tool-request', by: pending.by, calls: pending.calls };
      yield { type: 'end', state: 'input-required' };
      return;
    }
    yield { type: 'tool-result', by: pending.by, results };
  }

  const { steps, echo } = turnOf(script, k, input);
  if (echo) {
    const data = { text: input.text, request: input.request ?? {} };
    yield { type: 'artifact', artifact: { id: REQUEST_INFO_ID, parts: [{ data }] }, append: false, last: true };
  }

  const artifacts = settleArtifacts(steps);
  let calls = callsBefore(script, k);
  // By number, for `entries` makes two objects a step.
  for (let i = 0; i < steps.length; i += 1) {
    const step = steps[i]!;
    if ('tool' in step) {
      yield* callTools(step.tool, calls);
      calls += step.tool.calls.length;
    } else if ('artifact' in step) {
      const { append = false, last: _last, ...spec } = step.artifact;
      const { id, last } = artifacts.get(i)!;
      yield { type: 'artifact', artifact: { ...spec, id }, append, last };
    } else if ('pad' in step) {
      yield* pad(step.pad, artifacts.get(i)!);
    } else if ('expect' in step) {
      const text = mismatch(step.expect, input);
      if (text !== undefined) return yield { type: 'end', state: 'failed', text };
    } else {
      yield simple(step);
    }
    if (endsTurn(step)) return;
  }
  yield { type: 'end', state: 'completed' };
}

type Simple = Exclude<Step, { tool: object } | { artifact: object } | { pad: object } | { expect: object }>;

function simple(step: Simple): Act {
  // `end` may have a `text` beside it, so it is asked first.
  if ('end' in step) return { type: 'end', state: step.end, ...(step.text !== undefined && { text: step.text }) };
  if ('status' in step) return { type: 'status', text: step.status };
  if ('text' in step) return { type: 'text', text: step.text };
  if ('reason' in step) return { type: 'reasoning', text: step.reason };
  if ('refuse' in step) return { type: 'refusal', text: step.refuse };
  if ('delegate' in step) return { type: 'delegation', ...step.delegate };
  if ('usage' in step) return { type: 'usage', ...step.usage };
  if ('wire' in step) return { type: 'wire', fault: step.wire };
  if ('reply' in step) return { type: 'reply', parts: step.reply };
  return step;
}

function endsTurn(step: Step): boolean {
  if ('end' in step || 'reply' in step || 'throw' in step || 'busy' in step) return true;
  return 'tool' in step && step.tool.by !== 'server';
}

function* callTools(
  { by, calls: specs }: Extract<Step, { tool: object }>['tool'],
  before: number,
): Generator<AgentEvent> {
  const calls = settleCalls(specs, before);
  yield { type: 'tool-request', by, calls };
  if (by === 'server') {
    const results = calls.map(({ id, name, args }, i) => ({ id, name, args, output: specs[i]?.output ?? null }));
    yield { type: 'tool-result', by, results };
  } else {
    yield { type: 'end', state: 'input-required' };
  }
}

function* pad(
  { bytes, chunks = 1 }: Extract<Step, { pad: object }>['pad'],
  { id, last }: Settled,
): Generator<AgentEvent> {
  for (let i = 0; i < chunks; i++) {
    const text = filler(Math.floor((bytes * i) / chunks), Math.floor((bytes * (i + 1)) / chunks));
    yield { type: 'artifact', artifact: { id, parts: [{ text }] }, append: i > 0, last: last && i === chunks - 1 };
  }
}

/** What is wrong with the caller's message, in the words that the failed turn ends with. */
function mismatch({ text, data }: Extract<Step, { expect: object }>['expect'], input: TurnInput): string | undefined {
  if (text !== undefined && text !== input.text)
    return `expected the text ${excerpt(text)}, got ${excerpt(input.text)}`;
  const given = input.data ?? [];
  if (data === undefined || given.some((item) => sameJson(item, data))) return undefined;
  return `expected the data ${excerpt(data)}, got ${given.length === 0 ? 'none' : excerpt(given)}`;
}

function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
