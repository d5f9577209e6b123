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
