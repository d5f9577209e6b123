import type { Part, Task } from '@agentproto/protocol/a2a/1.0';
import { expect, test } from 'vitest';
import { catchUp } from './catch-up.ts';

const task = (state: Task['status']['state'], artifacts: { [id: string]: Part[] } = {}): Task => ({
  id: 't1',
  contextId: 'c1',
  status: { state },
  artifacts: Object.entries(artifacts).map(([artifactId, parts]) => ({ artifactId, parts })),
});
const working = (artifacts?: { [id: string]: Part[] }) => task('TASK_STATE_WORKING', artifacts);
const update = (artifactId: string, parts: Part[], more: object = {}) => ({
  artifactUpdate: { taskId: 't1', contextId: 'c1', artifact: { artifactId, parts }, ...more },
});

test('nothing new: no event', () => {
  expect(catchUp(working({ a: [{ text: 'x' }] }), working({ a: [{ text: 'x' }] }))).toEqual([]);
  expect(catchUp({ ...working(), artifacts: undefined as never }, { ...working(), history: [] })).toEqual([]);
});

test('new parts, new artifacts, then the status', () => {
  const now = task('TASK_STATE_COMPLETED', {
    a: [{ text: 'x' }, { data: { n: 1 } }],
    b: [{ url: 'https://example.com' }],
  });
  expect(catchUp(working({ a: [{ text: 'x' }] }), now)).toEqual([
    update('a', [{ data: { n: 1 } }], { append: true }),
    update('b', [{ url: 'https://example.com' }]),
    { statusUpdate: { taskId: 't1', contextId: 'c1', status: { state: 'TASK_STATE_COMPLETED' } } },
  ]);
});

test('texts that the server stores as one, also cut elsewhere', () => {
  expect(
    catchUp(working({ a: [{ text: 'ab' }, { text: 'cd' }] }), working({ a: [{ text: 'abc' }, { text: 'def' }] })),
  ).toEqual([update('a', [{ text: 'ef' }], { append: true })]);
  expect(catchUp(working({ a: [{ text: 'ab' }, { text: 'cd' }] }), working({ a: [{ text: 'abcd' }] }))).toEqual([]);
});

test.each<[string, Task]>([
  ['another text', working({ a: [{ text: 'y' }] })],
  ['less', working({ a: [] })],
  ['no such artifact any more', working({ b: [{ text: 'x' }] })],
  ['the same text of another kind', working({ a: [{ text: 'x', mediaType: 'text/html' }] })],
])('%s: the snapshot replaces what was seen', (_, now) => {
  expect(catchUp(working({ a: [{ text: 'x' }] }), now)).toEqual([{ task: now }]);
});
