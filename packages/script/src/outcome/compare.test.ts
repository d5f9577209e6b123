import { expect, test } from 'vitest';
import { differences } from './compare.ts';
import { outcome } from './outcome.ts';

const expected = outcome({
  steps: [
    { text: 'answer' },
    { status: 'a' },
    { artifact: { name: 'n', parts: [{ text: 'x' }, { data: { k: [1, 2] } }] } },
    { tool: { by: 'server', calls: [{ name: 'add', output: null }] } },
    { end: 'failed', text: 'why' },
  ],
});

test('equal outcomes have no differences', () => {
  expect(differences(expected, structuredClone(expected), Object.keys(expected) as (keyof typeof expected)[])).toEqual(
    [],
  );
});

test('only what is visible is looked at', () => {
  expect(differences(expected, { text: 'answer' }, ['text'])).toEqual([]);
  expect(differences(expected, { text: 'answer' }, ['text', 'statuses', 'endText', 'reply'])).toEqual([
    { path: 'statuses', expected: ['a'], actual: undefined },
    { path: 'endText', expected: 'why', actual: undefined },
  ]);
});

test('each difference has its path', () => {
  const actual = structuredClone(expected);
  actual.statuses.push('b');
  actual.artifacts[0] = { id: 'artifact-1', parts: [{ text: 'x' }, { data: { k: [1, '2'], constructor: 0 } }] };
  actual.tools = [];
  expect(differences(expected, actual, ['statuses', 'artifacts', 'tools', 'end'])).toEqual([
    { path: 'statuses[1]', expected: undefined, actual: 'b' },
    { path: 'artifacts[0].name', expected: 'n', actual: undefined },
    { path: 'artifacts[0].parts[1].data.k[1]', expected: 2, actual: '2' },
    { path: 'artifacts[0].parts[1].data.constructor', expected: undefined, actual: 0 },
    { path: 'tools[0]', expected: { name: 'add', args: {}, by: 'server', output: null }, actual: undefined },
  ]);
});

test('long texts are shown around their first difference, and the list ends somewhere', () => {
  const text = 'x'.repeat(5_000_000);
  const [difference, ...more] = differences({ ...expected, text }, { text: `${text.slice(1)}y` }, ['text']);
  expect(more).toEqual([]);
  expect(difference?.path).toBe('text, from character 4999999');
  expect(difference?.expected).toBe('x'.repeat(51));
  expect(difference?.actual).toBe(`${'x'.repeat(50)}y`);
  const statuses = Array.from({ length: 10_000 }, () => 'a');
  expect(differences({ ...expected, statuses }, { statuses: [] }, ['statuses'])).toHaveLength(50);
});

test('a text that is cut short differs where it ends', () => {
  const text = 'x'.repeat(300);
  expect(differences({ ...expected, text }, { text: text.slice(0, 250) }, ['text'])[0]?.path).toBe(
    'text, from character 250',
  );
});
