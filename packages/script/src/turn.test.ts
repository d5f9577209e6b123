import { expect, test } from 'vitest';
import type { AgentEvent } from './event.ts';
import type { TurnInput } from './input.ts';
import { parseScript } from './parse.ts';
import { run } from './run.ts';
import { turnAfter, turnByInputs } from './turn.ts';

const script = parseScript({
  steps: [{ tool: { by: 'approval', calls: [{ name: 'a' }, { name: 'b' }] } }],
  turns: [
    { steps: [{ tool: { by: 'client', calls: [{ name: 'c' }] } }] },
    { steps: [{ text: 'two' }] },
    { steps: [{ reply: [{ text: 'three' }] }] },
  ],
});

test('a turn that only asks again does not count', async () => {
  const log: AgentEvent[] = [];
  const turns: number[] = [];
  const inputs: TurnInput[] = [];
  const say = async (given: Partial<TurnInput>) => {
    const turn = turnAfter(log);
    const input = { text: '', ...given };
    turns.push(turn);
    inputs.push(input);
    expect(turnByInputs(script, inputs)).toBe(turn);
    for await (const event of run(script, { turn, input })) log.push(event);
  };
  expect(turnAfter([])).toBe(0);
  await say({});
  await say({ text: 'what?' });
  await say({ decisions: [{ id: 'call-1', approved: true }] });
  await say({
    decisions: [
      { id: 'call-1', approved: true },
      { id: 'call-2', approved: false },
    ],
  });
  await say({ outputs: [{ id: 'nobody', output: 1 }] });
  await say({ outputs: [{ id: 'call-3', output: 1 }] });
  await say({});
  await say({ text: 'bye' });
  expect(turns).toEqual([0, 1, 1, 1, 2, 2, 3, 4]);
  expect(log.filter(({ type }) => type === 'tool-result')).toHaveLength(2);
  expect(log.at(-2)).toEqual({ type: 'text', text: 'bye' });
});

test('an id that was answered may be asked for anew', () => {
  const request: AgentEvent = { type: 'tool-request', by: 'approval', calls: [{ id: 'x', name: 'a', args: {} }] };
  const result: AgentEvent = {
    type: 'tool-result',
    by: 'approval',
    results: [{ id: 'x', name: 'a', args: {}, output: 1 }],
  };
  const end: AgentEvent = { type: 'end', state: 'input-required' };
  expect(turnAfter([request, end])).toBe(1);
  expect(turnAfter([request, end, request, end])).toBe(1);
  expect(turnAfter([request, end, result, request, end])).toBe(2);
});

test('an output without an id goes to the first open call of its name, or to the first at all', async () => {
  const both = parseScript({
    steps: [{ tool: { by: 'client', calls: [{ name: 'a' }, { name: 'b' }, { name: 'b' }] } }],
    turns: [{ steps: [{ text: 'done' }] }],
  });
  const outputs = [{ name: 'b', output: 1 }, { output: 2 }, { name: 'b', output: 3 }];
  const events: AgentEvent[] = [];
  for await (const event of run(both, { turn: 1, input: { text: '', outputs } })) events.push(event);
  expect(events[0]).toMatchObject({ results: [{ output: 2 }, { output: 1 }, { output: 3 }] });
  const wrong = [...run(both, { turn: 1, input: { text: '', outputs: [{ name: 'c', output: 1 }] } }).take(2)];
  expect(wrong.map(({ type }) => type)).toEqual(['tool-request', 'end']);
});
