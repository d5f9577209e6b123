import type { Exchange } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { createChecks } from '../../kit/check.ts';
import type { Finding } from '../../kit/result.ts';
import { idInvariants } from './ids.ts';

/** A task whose status has a message in this context, in answers to what was said. */
const task = (contextId: string, taskId = 'task') => ({
  id: taskId,
  contextId: 'own',
  status: {
    state: 'TASK_STATE_COMPLETED',
    message: { messageId: 'm', role: 'ROLE_AGENT', contextId, taskId, parts: [] },
  },
});

const exchange = (id: number, operation: string, params: object, result: object): Exchange => ({
  id,
  binding: 'JSONRPC',
  operation,
  request: {
    atMs: 0,
    method: 'POST',
    url: 'http://h',
    headers: [],
    body: { text: JSON.stringify({ jsonrpc: '2.0', id, method: operation, params }) },
  },
  response: { atMs: 1, status: 200, headers: [], json: { jsonrpc: '2.0', id, result } } as NonNullable<
    Exchange['response']
  >,
  frames: [],
});

const say = (message: object, result: object, id = 1) => exchange(id, 'SendMessage', { message }, { task: result });
const read = (result: object) => exchange(9, 'GetTask', { id: 'task' }, result);
const list = (result: object) => exchange(10, 'ListTasks', {}, { tasks: [result] });

/** What the last exchange of a play is said to be. */
function verdict(...play: Exchange[]): string {
  const findings: Finding[] = [];
  const check = createChecks({ scenario: 's', binding: 'JSONRPC', report: (finding) => void findings.push(finding) });
  for (const invariant of idInvariants) invariant.examine(play.at(-1)!, check, () => play);
  return findings.map(({ verdict: one, reason }) => (reason ? `${one} ${reason}` : one)).join();
}

const begun = say({ messageId: '1' }, task('own'));
const followedUp = say({ messageId: '2', taskId: 'task' }, task('other'), 2);

test('a message in the context of its task is', () => {
  expect(verdict(begun)).toBe('pass');
});

test.each([
  ['its answer', [say({ messageId: '1' }, task('other'))]],
  ['a read', [begun, read(task('other'))]],
  ['a list', [begun, list(task('other'))]],
  [
    'the answer to a follow-up that names the context',
    [begun, say({ messageId: '2', taskId: 'task', contextId: 'own' }, task('other'))],
  ],
])('one in another context is told of: %s', (_where, play) => {
  expect(verdict(...play)).toBe('violation');
});

test.each([
  ['the answer', [begun, followedUp]],
  ['a read', [begun, followedUp, read(task('other'))]],
  ['a list', [begun, followedUp, list(task('other'))]],
])('of a turn that was begun in the wrong context, that is what is told: %s', (_where, play) => {
  expect(verdict(...play)).toBe('blocked A2A10-CTX-003');
});

test('a task of another play is told of there', () => {
  expect(verdict(begun, list(task('other', 'task of others')))).toBe('');
});

test('another task is another task, whatever was followed up', () => {
  const wrong = task('own');
  wrong.status.message.taskId = 'another';
  expect(verdict(begun, followedUp, read(wrong))).toBe('violation');
});

test.each(['answer', 'list'])('a message whose ids are written out as empty names no other task: %s', (where) => {
  const unset = task('', '');
  unset.id = 'task';
  expect(verdict(...(where === 'list' ? [begun, list(unset)] : [say({ messageId: '1' }, unset)]))).toBe('pass');
});
