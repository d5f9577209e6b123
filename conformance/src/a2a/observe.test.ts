import { expect, test } from 'vitest';
import { observeStream, observeTask } from './observe.ts';
import { eventView, taskView } from './view.ts';

const status = (state: string, text?: string) =>
  eventView({
    statusUpdate: {
      taskId: 't',
      contextId: 'c',
      status: { state, ...(text ? { message: { parts: [{ text }] } } : {}) },
    },
  });
const piece = (id: string, text: string, append = false) =>
  eventView({
    artifactUpdate: { taskId: 't', contextId: 'c', artifact: { artifactId: id, parts: [{ text }] }, append },
  });
const opening = eventView({ task: { id: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } } });

test('pieces add up, a new beginning replaces, the answer is the text', () => {
  const events = [
    opening,
    status('TASK_STATE_WORKING', 'one'),
    piece('answer', 'Hel'),
    piece('answer', 'lo', true),
    piece('a', 'x'),
    piece('a', 'y'),
    status('TASK_STATE_COMPLETED', 'done'),
  ];
  expect(observeStream(events)).toMatchObject({
    text: 'Hello',
    statuses: ['one'],
    artifacts: [{ id: 'a', parts: [{ text: 'y' }] }],
    end: 'completed',
    endText: 'done',
  });
});

test('an answer that has a name and no id of its own is the text', () => {
  const artifact = { artifactId: '0', name: 'answer', parts: [{ text: 'Hello' }] };
  const task = { id: 't', status: { state: 'TASK_STATE_COMPLETED' }, artifacts: [artifact] };
  expect(observeTask(taskView(task))).toMatchObject({ text: 'Hello', artifacts: [] });
});

test('what comes after the end is not part of what was done', () => {
  expect(observeStream([opening, status('TASK_STATE_COMPLETED'), status('TASK_STATE_WORKING', 'again')])).toMatchObject(
    { statuses: [], end: 'completed' },
  );
});

test('a direct answer is a reply', () => {
  expect(observeStream([eventView({ message: { role: 'ROLE_AGENT', parts: [{ text: 'pong' }] } })])).toMatchObject({
    end: 'reply',
    reply: [{ text: 'pong' }],
  });
});

test('a stream that ends early has no end', () => {
  expect(observeStream([opening, piece('a', 'x')]).end).toBeUndefined();
});

test('a task shows the same artifacts', () => {
  expect(
    observeTask(
      taskView({
        id: 't',
        status: { state: 'TASK_STATE_COMPLETED' },
        artifacts: [{ artifactId: 'a', parts: [{ text: 'x' }, { text: 'y' }] }],
      }),
    ),
  ).toMatchObject({
    artifacts: [{ id: 'a', parts: [{ text: 'xy' }] }],
    end: 'completed',
  });
});
