import { describe, expect, test } from 'vitest';
import { approve, reject, toolCallsOf, toolOutput } from './tool.ts';

const call = { id: 'c1', name: 'delete', args: { pod: 'web-1' }, by: 'approval' as const };
const parts = [{ text: 'May I?' }, { data: { toolCall: call } }, { data: { toolCall: { id: 7 } } }, { data: null }];
const message = { messageId: 'm', role: 'ROLE_AGENT' as const, parts };
const status = { state: 'TASK_STATE_INPUT_REQUIRED' as const, message };
const task = { id: 't', contextId: 'c', status };

test.each([
  ['a task', task],
  ['an answer', { task }],
  ['an update', { statusUpdate: { taskId: 't', contextId: 'c', status } }],
  ['a message', message],
  ['an answer that is a message', { message }],
])('the calls in %s', (_, said) => expect(toolCallsOf(said)).toEqual([call]));

test('none where nothing waits', () => {
  expect(toolCallsOf({ ...task, status: { ...status, state: 'TASK_STATE_COMPLETED' } })).toEqual([]);
  expect(toolCallsOf({ ...task, status: { state: 'TASK_STATE_INPUT_REQUIRED' } })).toEqual([]);
  expect(
    toolCallsOf({ artifactUpdate: { taskId: 't', contextId: 'c', artifact: { artifactId: 'a', parts } } }),
  ).toEqual([]);
});

test('a call without arguments has none, and one that does not say who runs it is approved', () => {
  expect(toolCallsOf({ ...message, parts: [{ data: { toolCall: { id: 'c', name: 'n' } } }] })).toEqual([
    { id: 'c', name: 'n', args: {}, by: 'approval' },
  ]);
});

describe('answers', () => {
  test('as parts', () => {
    const mediaType = 'application/json';
    expect(approve(call)).toEqual({ data: { toolDecision: { id: 'c1', approved: true } }, mediaType });
    expect(reject({ id: 'c1' })).toEqual({ data: { toolDecision: { id: 'c1', approved: false } }, mediaType });
    expect(reject(call, 'no').data).toEqual({ toolDecision: { id: 'c1', approved: false, reason: 'no' } });
    expect(toolOutput({ id: 'c2' }, null)).toEqual({ data: { toolOutput: { id: 'c2', output: null } }, mediaType });
  });

  test('to the wrong kind of call are refused', () => {
    const invalid = expect.objectContaining({ code: 'INVALID_INPUT' });
    expect(() => toolOutput(call, 1)).toThrow(invalid);
    expect(() => approve({ ...call, by: 'client' })).toThrow(invalid);
    expect(() => reject({ ...call, by: 'client' })).toThrow(invalid);
    expect(() => toolOutput({ id: 'c2' }, undefined)).toThrow(invalid);
  });
});
