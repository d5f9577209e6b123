import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentBusy } from '../agent-busy.ts';
import { AgentCrash } from '../agent-crash.ts';
import type { Clock } from '../clock.ts';
import type { AgentEvent } from '../event.ts';
import type { TurnInput } from '../input.ts';
import { parseScript } from '../parse.ts';
import { run } from '../run.ts';
import { ScriptError } from '../script-error.ts';
import { END_STATES, ON_CANCEL, TOOL_RUNNERS, WIRE_FAULTS, type Json, type Script } from '../script.ts';
import { outcome, type Outcome } from './outcome.ts';
import { foldParts } from './parts.ts';

/** The interpreter and `outcome` are written apart; on random scripts they must say the same. */

// Few words, so that ids and texts meet.
const WORDS = ['a', 'b', 'ü€😀', 'artifact-1', 'artifact-2', 'request-info', 'call-2'];
const word = fc.constantFrom(...WORDS);
const json = fc.oneof(
  fc.constantFrom<Json>(null, 0, 'a', { a: 1, b: 2 }, { b: 2, a: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
) as fc.Arbitrary<Json>;
const args = fc.dictionary(fc.constantFrom('x', 'y'), json, { noNullPrototype: true });
const optional = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }, requiredKeys: (keyof T)[]) =>
  fc.record(shape, { requiredKeys });

const part = fc.oneof(
  { weight: 4, arbitrary: fc.record({ text: fc.oneof(word, fc.constant('')) }) },
  fc.record({ text: word, mediaType: fc.constant('text/markdown') }),
  fc.record({ text: word, filename: word }),
  fc.record({ data: json }),
  fc.record({ raw: fc.constant('AAAA') }),
  fc.record({ url: fc.constant('https://a.example'), metadata: args }),
);
const parts = fc.array(part, { minLength: 1, maxLength: 4 });

/** The wait of `hold until cancel`; the clock of the test knows it by this. */
const CANCEL_WAIT_MS = 7_777;

const goesOn = fc.oneof(
  fc.record({ status: word }),
  { weight: 2, arbitrary: fc.record({ text: word }) },
  {
    weight: 4,
    arbitrary: fc.record({
      artifact: optional({ id: word, name: word, parts, append: fc.boolean(), last: fc.constant(false) }, ['parts']),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      pad: optional({ bytes: fc.integer({ min: 1, max: 600 }), chunks: fc.integer({ min: 1, max: 9 }), id: word }, [
        'bytes',
      ]),
    }),
  },
  fc.record({ sleep: fc.nat(5) }),
  fc.constant({ hold: { until: 'signal', signal: 'go', maxMs: 5 } }),
  fc.constant({ hold: { until: 'cancel', maxMs: CANCEL_WAIT_MS } }),
  fc.record({ expect: optional({ text: word, data: json }, []) }),
  fc.record({ reason: word }),
  fc.record({ refuse: word }),
  fc.record({ delegate: optional({ from: word, text: word }, ['from']) }),
  fc.record({ usage: fc.record({ input: fc.nat(9), output: fc.nat(9) }) }),
  fc.record({ wire: fc.constantFrom(...WIRE_FAULTS) }),
);
const tool = fc.record({
  tool: fc.record({
    by: fc.constantFrom(...TOOL_RUNNERS),
    calls: fc.array(optional({ id: word, name: word, args, output: json, description: word }, ['name']), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
});
const ends = fc.oneof(
  fc.record({ end: fc.constantFrom(...END_STATES) }),
  fc.record({ end: fc.constantFrom(...END_STATES), text: word }),
  fc.record({ reply: parts }),
  fc.record({ throw: word }),
  fc.record({ busy: fc.nat(9) }),
);
const step = fc.oneof(
  { weight: 10, arbitrary: goesOn },
  { weight: 3, arbitrary: tool },
  { weight: 3, arbitrary: ends },
);
const turnShape = {
  steps: fc.array(step, { maxLength: 8 }),
  onCancel: fc.constantFrom(...ON_CANCEL),
  echo: fc.boolean(),
};
const turn = optional(turnShape, ['steps']);
const script = optional({ ...turnShape, turns: fc.array(turn, { maxLength: 3 }) }, ['steps']).map(legal);

/** Answers to most of the calls that there may be. */
const answers = <T>(one: (id: fc.Arbitrary<string>) => fc.Arbitrary<T>) =>
  fc
    .subarray([...WORDS, 'call-1', 'call-3', 'call-4', 'call-5'], { minLength: 8 })
    .chain((ids) => fc.tuple(...ids.map((id) => one(fc.constant(id)))));
const input: fc.Arbitrary<TurnInput> = optional(
  {
    text: fc.oneof(word, fc.constant('')),
    data: fc.array(json, { maxLength: 2 }),
    decisions: answers((id) => optional({ id, approved: fc.boolean(), reason: word }, ['id', 'approved'])),
    outputs: answers((id) => fc.record({ id, output: json })),
    request: args,
  },
  ['text'],
);

/** Takes out the steps that the parser refuses; the place in its error says which. */
function legal(raw: { steps: object[]; turns?: { steps: object[] }[] }): Script {
  for (;;) {
    try {
      return parseScript(raw);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      const [, turnIndex, stepIndex] = /^(?:turns\[(\d+)\]\.)?steps\[(\d+)\]/.exec(error.path) ?? [];
      const steps = turnIndex === undefined ? raw.steps : raw.turns?.[Number(turnIndex)]?.steps;
      expect(steps?.splice(Number(stepIndex), 1)).toHaveLength(1);
    }
  }
}

/** All waits are over at once; the cancel is asked for when the first `hold until cancel` begins. */
function instantClock(cancel?: AbortController): Clock {
  return {
    now: () => 0,
    async sleep(ms) {
      if (ms === CANCEL_WAIT_MS) cancel?.abort();
    },
  };
}

async function playTurn(played: Script, k: number, message: TurnInput, canceled: boolean): Promise<Outcome> {
  const cancel = new AbortController();
  const events: AgentEvent[] = [];
  const context = {
    turn: k,
    input: message,
    clock: instantClock(canceled ? cancel : undefined),
    signal: cancel.signal,
  };
  let broke: 'crash' | 'busy' | undefined;
  try {
    for await (const event of run(played, context)) events.push(event);
  } catch (error) {
    if (error instanceof AgentCrash) broke = 'crash';
    else if (error instanceof AgentBusy) broke = 'busy';
    else throw error;
  }
  expect(events.findIndex(({ type }) => type === 'end' || type === 'reply')).toBe(broke ? -1 : events.length - 1);
  return { ...fold(events), ...(broke && { end: broke }) };
}

/** What a consumer of the events sees. */
function fold(events: AgentEvent[]): Outcome {
  const seen: Outcome = {
    text: '',
    statuses: [],
    artifacts: [],
    tools: [],
    reasoning: '',
    refusal: '',
    delegations: [],
    end: 'crash',
  };
  const closed = new Set<string>();
  let asked: { id: string; index: number }[] = [];
  for (const event of events) {
    switch (event.type) {
      case 'status':
        seen.statuses.push(event.text);
        break;
      case 'text':
        seen.text += event.text;
        break;
      case 'reasoning':
        seen.reasoning += event.text;
        break;
      case 'refusal':
        seen.refusal += event.text;
        break;
      case 'delegation': {
        const { type: _type, ...delegation } = event;
        seen.delegations.push(delegation);
        break;
      }
      case 'usage':
        seen.usage = {
          input: (seen.usage?.input ?? 0) + event.input,
          output: (seen.usage?.output ?? 0) + event.output,
        };
        break;
      case 'artifact': {
        const { id, name, parts: pieces } = event.artifact;
        const before = seen.artifacts.findIndex((one) => one.id === id);
        if (event.append) {
          expect(closed.has(id)).toBe(false);
          seen.artifacts[before]!.parts.push(...pieces);
        } else {
          seen.artifacts.splice(before < 0 ? seen.artifacts.length : before, before < 0 ? 0 : 1, {
            id,
            ...(name !== undefined && { name }),
            parts: [...pieces],
          });
          closed.delete(id);
        }
        if (event.last) closed.add(id);
        break;
      }
      case 'tool-request':
        asked = event.calls.map(({ id }, j) => ({ id, index: seen.tools.length + j }));
        seen.tools.push(...event.calls.map(({ name, args: given }) => ({ name, args: given, by: event.by })));
        break;
      case 'tool-result':
        for (const { id, name, args: given, ...result } of event.results) {
          const index = asked.find((one) => one.id === id)?.index ?? seen.tools.length;
          seen.tools[index] = { name, args: given, by: event.by, ...result };
        }
        break;
      case 'reply':
        seen.end = 'reply';
        seen.reply = foldParts(event.parts);
        break;
      case 'end':
        seen.end = event.state;
        if (event.text !== undefined) seen.endText = event.text;
        break;
    }
  }
  for (const artifact of seen.artifacts) artifact.parts = foldParts(artifact.parts);
  return seen;
}

test('run and outcome agree', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(script, fc.nat(4), input, fc.boolean(), async (one, k, message, canceled) => {
      const expected = outcome(one, k, message, { canceled });
      expect(await playTurn(one, k, message, canceled)).toEqual(expected);
      seen.add(expected.end);
      for (const { rejected } of expected.tools) seen.add(rejected ? 'a tool was rejected' : 'a tool');
      if (expected.endText?.startsWith('expected the ')) seen.add('an expectation failed');
      if (expected.artifacts.some((artifact) => artifact.id === 'request-info')) seen.add('an echo');
    }),
    { numRuns: 3_000 },
  );
  // The scripts were not all of one kind.
  const kinds = ['reply', 'crash', 'busy', 'a tool', 'a tool was rejected', 'an expectation failed', 'an echo'];
  expect([...seen].toSorted()).toEqual([...END_STATES, ...kinds].toSorted());
});
