import { expect, test } from 'vitest';
import { oddForm, plainEvent } from './plain-event.ts';

const status = { taskId: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } };
const artifact = { taskId: 't', contextId: 'c', artifact: { artifactId: 'a', parts: [] } };
const task = { id: 't', status: { state: 'TASK_STATE_WORKING' } };
const message = { messageId: 'm', role: 'ROLE_AGENT', parts: [] };

test('an event in good form is its member', () => {
  expect(plainEvent({ statusUpdate: status })).toEqual({ member: 'statusUpdate', content: status });
  expect(oddForm({ statusUpdate: status })).toBeUndefined();
});

test.each([
  [{ taskStatusUpdate: status }, 'statusUpdate', 'is named `taskStatusUpdate` instead of `statusUpdate`'],
  [{ task_artifact_update: artifact }, 'artifactUpdate', 'is named `task_artifact_update` instead of `artifactUpdate`'],
  [{ msg: message }, 'message', 'is named `msg` instead of `message`'],
  [task, 'task', 'is a bare task, without the member `task` around it'],
  [status, 'statusUpdate', 'is a bare statusUpdate, without the member `statusUpdate` around it'],
  [artifact, 'artifactUpdate', 'is a bare artifactUpdate, without the member `artifactUpdate` around it'],
  [message, 'message', 'is a bare message, without the member `message` around it'],
  [
    { ...status, kind: 'status-update', final: true },
    'statusUpdate',
    'is a bare statusUpdate, without the member `statusUpdate` around it',
  ],
  [{ statusUpdate: status, message }, 'statusUpdate', 'has statusUpdate and message, and may have one'],
])('%j is seen through', (raw, member, odd) => {
  expect(plainEvent(raw)).toMatchObject({ member, odd });
  expect(oddForm(raw)).toBe(odd);
  const fault = odd.startsWith('is named') ? 'misnamed' : odd.startsWith('is a bare') ? 'bare' : 'several';
  expect(plainEvent(raw)?.fault).toBe(fault);
});

test.each([
  [{ progress: { percent: 3 } }, 'has `progress` and none of task, message, statusUpdate, artifactUpdate'],
  [{}, 'has no member'],
  ['x', 'is no object'],
  [undefined, 'has no JSON'],
])('%j is nothing that anybody could read, and what came is named', (raw, odd) => {
  expect(plainEvent(raw)).toBeUndefined();
  expect(oddForm(raw)).toBe(odd);
});
