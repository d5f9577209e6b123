import { expect, test } from 'vitest';
import { eventView, isTerminal, taskView, textOf } from './view.ts';

test('states lose their prefix; a spelling of another era stays as it came', () => {
  expect(taskView({ id: 't', status: { state: 'TASK_STATE_INPUT_REQUIRED' } })).toMatchObject({
    id: 't',
    state: 'input-required',
  });
  expect(taskView({ status: { state: 'completed' } }).state).toBe('completed');
  expect(taskView('nonsense')).toMatchObject({ id: undefined, state: undefined, artifacts: [], history: [] });
});

test('an event is known by its member', () => {
  expect(eventView({ task: { id: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } } })).toMatchObject({
    kind: 'task',
    id: 't',
    contextId: 'c',
    state: 'working',
  });
  expect(eventView({ statusUpdate: { taskId: 't', status: { state: 'TASK_STATE_FAILED' } } })).toMatchObject({
    kind: 'status',
    taskId: 't',
    contextId: undefined,
    state: 'failed',
  });
  expect(
    eventView({ artifactUpdate: { artifact: { artifactId: 'a', parts: [{ text: 'x' }] }, append: true } }),
  ).toMatchObject({ kind: 'artifact', append: true, lastChunk: false });
  expect(eventView({ message: { role: 'ROLE_AGENT', parts: [] } })).toMatchObject({ kind: 'message' });
  for (const odd of [{}, { task: null }, null, [], 'x', { other: {} }])
    expect(eventView(odd)).toEqual({ kind: 'unreadable', raw: odd });
});

test('only task and status events can be terminal', () => {
  expect(isTerminal(eventView({ statusUpdate: { status: { state: 'TASK_STATE_REJECTED' } } }))).toBe(true);
  expect(isTerminal(eventView({ statusUpdate: { status: { state: 'TASK_STATE_AUTH_REQUIRED' } } }))).toBe(false);
  expect(isTerminal(eventView({ artifactUpdate: {} }))).toBe(false);
});

test('text is what the text parts say', () => {
  expect(textOf([{ text: 'a' }, { data: 'b' }, 'c', { text: 'd' }])).toBe('ad');
});
