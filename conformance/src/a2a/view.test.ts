import { expect, test } from 'vitest';
import { eventView, isTerminal, messageView, taskView, textOf } from './view.ts';

test('states lose their prefix, and are read however they are spelt', () => {
  expect(taskView({ id: 't', status: { state: 'TASK_STATE_INPUT_REQUIRED' } })).toMatchObject({
    id: 't',
    state: 'input-required',
  });
  for (const spelt of ['input_required', 'INPUT-REQUIRED', 'input-required', 'task_state_input_required'])
    expect(taskView({ status: { state: spelt } }).state).toBe('input-required');
  expect(taskView({ status: { state: 'cancelled' } }).state).toBe('canceled');
  expect(messageView({ role: 'agent' }).role).toBe('ROLE_AGENT');
  expect(messageView({ role: 'robot' }).role).toBe('robot');
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
