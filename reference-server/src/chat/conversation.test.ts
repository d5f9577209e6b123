import { parseScript } from '@agentproto/script';
import { expect, test } from 'vitest';
import type { AgentRequest } from '../agent.ts';
import { assistant, scripted, user } from './client.test.kit.ts';
import type { Said } from './client.test.kit.ts';
import { createScriptBook } from '../script-book.ts';
import type { ChatContext } from './context.ts';
import { carrierOf, inputAt, storyIn, turnsOf } from './conversation.ts';
import { standardImpl } from './impl.ts';

const ctx = { impl: standardImpl, agent: () => undefined, book: createScriptBook() } as unknown as ChatContext;
const decided = (messages: readonly Said[]) => standardImpl.decisionsAt(ctx, messages as never, messages.length - 1);
const call = (id: string, more: object) => ({ id, name: 'tool', input: { a: 1 }, ...more });
const about = (id: string) => ({ id, name: 'tool', input: { a: 1 } });

test('what is approved, and what is rejected with a reason, is decided', () => {
  const data = {
    tool_calls: [
      call('1', { execute: true, rejection_reason: 'ignored' }),
      call('2', { execute: false, rejection_reason: 'no' }),
      call('3', { execute: false, rejection_reason: '' }),
      call('4', { rejection_reason: null }),
      call('5', {}),
    ],
    cmds: [{ command: 'ls', execute: true }, { command: 'rm', rejection_reason: 'never' }, { command: 'cd' }],
    approvals: [
      { ...call('1', { execute: true }), type: 'tool_call' },
      { ...call('6', { execute: true }), type: 'custom' },
    ],
  };
  expect(decided([user('', { data })])).toEqual([
    { carrier: 'tool_calls', ...about('1'), approved: true },
    { carrier: 'tool_calls', ...about('2'), approved: false, reason: 'no' },
    { carrier: 'cmds', id: 'command:ls', name: 'ls', input: { command: 'ls' }, approved: true },
    { carrier: 'cmds', id: 'command:rm', name: 'rm', input: { command: 'rm' }, approved: false, reason: 'never' },
    { carrier: 'approvals', ...about('6'), approved: true, kind: 'custom' },
  ]);
});

test('a decision stands in the last message, or in the assistant message right before it; older ones are history', () => {
  const yes = (id: string) => ({ data: { tool_calls: [call(id, { execute: true })] } });
  const ids = (messages: readonly Said[]) => decided(messages).map(({ id }) => id);
  expect(ids([assistant('', yes('1')), user('yes')])).toEqual(['1']);
  expect(ids([assistant('', yes('1')), user('yes', yes('2'))])).toEqual(['2']);
  expect(ids([user('do'), assistant('', yes('1'))])).toEqual(['1']);
  expect(ids([user('', yes('1')), user('more')])).toEqual([]);
  expect(ids([assistant('', yes('1')), user('yes'), assistant('done'), user('thanks')])).toEqual([]);
});

test('every message of the user is a turn, and the last one whoever wrote it', () => {
  expect(turnsOf([user('a'), assistant('b'), user('c'), user('d'), assistant('e')] as never)).toEqual([0, 2, 3, 4]);
  expect(turnsOf([user('a'), assistant('b'), user('c')] as never)).toEqual([0, 2]);
});

test('what a message says to the agent', () => {
  const data = {
    executed_tool_calls: [{ ...call('c', {}), output: 'out' }],
    tool_calls: [call('1', { execute: true })],
    cmds: [{ command: 'ls', execute: true }],
  };
  expect(inputAt(ctx, [user('hi', { data })] as never, 0)).toEqual({
    text: 'hi',
    data: [data],
    decisions: [{ id: '1', approved: true }],
    outputs: [{ id: 'c', output: 'out' }],
  });
  expect(inputAt(ctx, [{ role: 'user' }] as never, 0)).toEqual({ text: '', data: [], decisions: [], outputs: [] });
});

const approve = (id: string) =>
  user('', { data: { approvals: [{ ...call(id, { execute: true }), type: 'tool_call' }] } });
const script = parseScript({
  steps: [{ tool: { by: 'approval', calls: [{ name: 'a' }] } }],
  turns: [{ steps: [{ text: 'one' }] }, { steps: [{ text: 'two' }] }],
});

function story(messages: readonly Said[], agent: ChatContext['agent'] = () => undefined) {
  const requests = turnsOf(messages as never).map(
    (at) => ({ input: inputAt(ctx, messages as never, at), carrier: carrierOf(messages[at] as never) }) as AgentRequest,
  );
  return storyIn({ ...ctx, agent }, requests);
}

test.each([
  ['no script', [user('a'), user('b')], undefined],
  ['the script comes now', [user('a'), scripted(script)], undefined],
  ['a question left open is asked again', [scripted(script), user('what?'), user('why?')], 1],
  ['an answer goes on', [scripted(script), approve('call-1'), user('more')], 2],
  ['what came before the script does not count', [user('a'), user('b'), scripted(script), approve('call-1')], 1],
  ['a text can bring it too', [user(`@script ${JSON.stringify(script)}`), user('x')], 1],
  [
    'a second script begins anew',
    [scripted(script), approve('call-1'), scripted(script), approve('call-1'), user('x')],
    2,
  ],
])('%s', async (_what, messages, turn) => {
  expect((await story(messages))?.turn).toBe(turn);
});

test("a server's own agent is asked from the first message on", async () => {
  const agent: ChatContext['agent'] = ({ input }) => (input.text === 'begin' ? script : undefined);
  expect(await story([user('hello'), user('begin'), approve('call-1'), user('x')], agent)).toEqual({ script, turn: 2 });
  // Events of its own are for that message alone.
  expect(await story([user('a'), user('b')], async function* () {})).toBeUndefined();
});
