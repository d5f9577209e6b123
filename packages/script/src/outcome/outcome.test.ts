import { expect, test } from 'vitest';
import type { Script } from '../script.ts';
import { outcome } from './outcome.ts';

const NOTHING = { text: '', statuses: [], artifacts: [], tools: [], reasoning: '', refusal: '', delegations: [] };

test('everything that one turn can show', () => {
  const script: Script = {
    steps: [
      { status: 'one' },
      { text: 'Hello ' },
      { status: 'two' },
      { text: 'world' },
      { reason: 'r1' },
      { reason: 'r2' },
      { refuse: 'no' },
      { delegate: { from: 'B', text: 'x' } },
      { usage: { input: 1, output: 2 } },
      { usage: { input: 10, output: 20 } },
      { artifact: { name: 'n', parts: [{ text: 'a' }] } },
      { pad: { bytes: 10, chunks: 5 } },
      { artifact: { id: 'artifact-1', append: true, parts: [{ text: 'b' }, { data: 1 }] } },
      { artifact: { append: true, parts: [{ text: 'c' }] } },
      { tool: { by: 'server', calls: [{ name: 't', args: { a: 1 }, output: 2 }, { name: 'u' }] } },
      { sleep: 1 },
      { hold: { until: 'cancel' } },
      { wire: 'reset' },
      { end: 'failed', text: 'why' },
    ],
  };
  expect(outcome(script)).toEqual({
    text: 'Hello world',
    statuses: ['one', 'two'],
    reasoning: 'r1r2',
    refusal: 'no',
    delegations: [{ from: 'B', text: 'x' }],
    usage: { input: 11, output: 22 },
    artifacts: [
      { id: 'artifact-1', name: 'n', parts: [{ text: 'ab' }, { data: 1 }, { text: 'c' }] },
      { id: 'artifact-2', parts: [{ text: '0000000 00' }] },
    ],
    tools: [
      { name: 't', args: { a: 1 }, by: 'server', output: 2 },
      { name: 'u', args: {}, by: 'server', output: null },
    ],
    end: 'failed',
    endText: 'why',
  });
});

test('how a turn ends', () => {
  expect(outcome({ steps: [] })).toEqual({ ...NOTHING, end: 'completed' });
  expect(outcome({ steps: [{ reply: [{ text: 'a' }, { text: 'b' }] }] })).toEqual({
    ...NOTHING,
    end: 'reply',
    reply: [{ text: 'ab' }],
  });
  expect(outcome({ steps: [{ text: 'a' }, { throw: 'x' }] })).toEqual({ ...NOTHING, text: 'a', end: 'crash' });
  expect(outcome({ steps: [{ expect: { text: 'a' } }] }, 0, { text: 'b' })).toEqual({
    ...NOTHING,
    end: 'failed',
    endText: 'expected the text "a", got "b"',
  });
  expect(outcome({ steps: [{ expect: { data: { a: 1, b: 2 } } }] }, 0, { text: '', data: [{ b: 2, a: 1 }] }).end).toBe(
    'completed',
  );
});

test('a canceled hold', () => {
  const steps: Script['steps'] = [{ status: 'a' }, { hold: { until: 'cancel' } }, { status: 'b' }];
  expect(outcome({ steps }).statuses).toEqual(['a', 'b']);
  expect(outcome({ steps }, 0, undefined, { canceled: true })).toEqual({
    ...NOTHING,
    statuses: ['a'],
    end: 'canceled',
  });
  expect(outcome({ steps, onCancel: 'late' }, 0, undefined, { canceled: true }).end).toBe('canceled');
  expect(outcome({ steps, onCancel: 'ignore' }, 0, undefined, { canceled: true })).toMatchObject({
    statuses: ['a', 'b'],
    end: 'completed',
  });
});

test('a second artifact with the same id takes the place of the first', () => {
  const { artifacts } = outcome({
    steps: [
      { artifact: { id: 'x', name: 'old', parts: [{ text: 'a' }] } },
      { artifact: { parts: [{ text: 'b' }] } },
      { artifact: { id: 'x', parts: [{ text: 'c' }] } },
    ],
  });
  expect(artifacts).toEqual([
    { id: 'x', parts: [{ text: 'c' }] },
    { id: 'artifact-2', parts: [{ text: 'b' }] },
  ]);
});

test('turns: what was asked before, what was answered, and the echo past the last', () => {
  const script: Script = {
    steps: [
      {
        tool: {
          by: 'approval',
          calls: [
            { name: 'pay', output: 'paid' },
            { name: 'tip', id: 'tip' },
          ],
        },
      },
    ],
    turns: [{ steps: [{ text: 'next' }] }],
  };
  const pay = { name: 'pay', args: {}, by: 'approval' };
  const tip = { name: 'tip', args: {}, by: 'approval' };
  expect(outcome(script)).toEqual({ ...NOTHING, tools: [pay, tip], end: 'input-required' });
  const decisions = [
    { id: 'call-1', approved: true },
    { id: 'tip', approved: false, reason: 'no' },
  ];
  expect(outcome(script, 1, { text: '', decisions })).toEqual({
    ...NOTHING,
    tools: [
      { ...pay, output: 'paid' },
      { ...tip, rejected: { reason: 'no' } },
    ],
    text: 'next',
    end: 'completed',
  });
  expect(outcome(script, 1, { text: '', decisions: decisions.slice(1) })).toEqual({
    ...NOTHING,
    tools: [pay, tip],
    end: 'input-required',
  });
  expect(outcome(script, 2, { text: 'hi' })).toEqual({ ...NOTHING, text: 'hi', end: 'completed' });
});

test('echo shows the request', () => {
  expect(outcome({ steps: [], echo: true }, 0, { text: 'hi', request: { method: 'GET' } }).artifacts).toEqual([
    { id: 'request-info', parts: [{ data: { text: 'hi', request: { method: 'GET' } } }] },
  ]);
});
