import type { AgentEvent } from '@agentproto/script';
import { expect, test } from 'vitest';
import type { ChatContext } from './context.ts';
import type { ChatTurn } from './chat-turn.ts';
import { advance, newFold } from './encode.ts';
import { standardImpl } from './impl.ts';

const ctx = { impl: standardImpl } as ChatContext;

/** What a run's log makes of these, after the turn's own mark. */
function encoded(events: readonly AgentEvent[], turn: Partial<ChatTurn> = {}) {
  const whole: ChatTurn = { message: { role: 'user' }, decisions: [], context: {}, ...turn };
  const fold = newFold();
  const log = [{ type: 'turn' as const, turn: 0, input: whole as never }, { type: 'open' as const }, ...events];
  return log.flatMap((event) => {
    const made = standardImpl.encode(ctx, fold, { event });
    advance(fold, { event });
    return made;
  });
}

const DONE = { type: 'done', stop_reason: 'end_turn', meta_data: {} };
const end = { type: 'end', state: 'completed' } as const;
const call = (id: string) => ({ id, name: `tool-${id}`, args: { of: id } });

test('text, status and what stands for them', () => {
  expect(
    encoded([
      { type: 'status', text: 'On it' },
      { type: 'text', text: 'a' },
      { type: 'text', text: '' },
      { type: 'refusal', text: 'b' },
      {
        type: 'artifact',
        artifact: { id: 'x', parts: [{ text: 'c' }, { data: { d: 1 } }, { url: 'https://e' }] },
        append: false,
        last: true,
      },
      { type: 'reasoning', text: 'unseen' },
      { type: 'delegation', from: 'unseen' },
      { type: 'usage', input: 1, output: 1 },
      { type: 'wire', fault: 'stall' },
      end,
    ]),
  ).toEqual([
    { type: 'intermittent_update', text: 'On it', content: {} },
    { type: 'text_delta', text: 'a' },
    { type: 'text_delta', text: 'b' },
    { type: 'text_delta', text: 'c{"d":1}https://e' },
    DONE,
  ]);
});

test('calls by approval are asked in both forms, by the client in one, by the server not at all', () => {
  expect(
    encoded([
      { type: 'tool-request', by: 'approval', calls: [{ ...call('1'), description: 'Does it' }, call('2')] },
      end,
    ]),
  ).toEqual([
    {
      type: 'approvals',
      approvals: [
        { id: '1', type: 'tool_call', name: 'tool-1', input: { of: '1' }, execute: false, description: 'Does it' },
        { id: '2', type: 'tool_call', name: 'tool-2', input: { of: '2' }, execute: false, description: '' },
      ],
    },
    {
      type: 'tool_calls',
      tool_calls: [
        {
          id: '1',
          name: 'tool-1',
          input: { of: '1' },
          execute: false,
          tool_description: 'Does it',
          input_description: {},
        },
        { id: '2', name: 'tool-2', input: { of: '2' }, execute: false, tool_description: '', input_description: {} },
      ],
    },
    { ...DONE, stop_reason: 'tool_use' },
  ]);
  expect(encoded([{ type: 'tool-request', by: 'client', calls: [call('1')] }, end]).map(({ type }) => type)).toEqual([
    'tool_calls',
    'done',
  ]);
  const results = [{ ...call('1'), output: 1 }];
  expect(
    encoded([
      { type: 'tool-request', by: 'server', calls: [call('1')] },
      { type: 'tool-result', by: 'server', results },
      end,
    ]),
  ).toEqual([DONE]);
  expect(encoded([{ type: 'tool-result', by: 'client', results }, end])).toEqual([DONE]);
});

test('results go where they were decided, in the order of the decisions', () => {
  const decision = (carrier: 'tool_calls' | 'approvals' | 'cmds', id: string) => ({
    carrier,
    id,
    name: '',
    input: {},
    approved: true,
  });
  const decisions = [
    decision('tool_calls', '2'),
    decision('tool_calls', '1'),
    decision('cmds', 'c'),
    { ...decision('approvals', '3'), kind: 'custom' },
  ];
  const results = [
    { ...call('1'), output: 'plain' },
    { ...call('2'), output: { not: 'plain' } },
    { ...call('3'), rejected: { reason: 'too dear' } },
    { id: 'c', name: 'ls', args: {}, output: 'never' },
    { ...call('4'), rejected: {} },
  ];
  expect(encoded([{ type: 'tool-result', by: 'approval', results }, end], { decisions })).toEqual([
    {
      type: 'executed_tool_calls',
      executed_tool_calls: [
        { id: '2', name: 'tool-2', input: { of: '2' }, output: '{"not":"plain"}' },
        { id: '1', name: 'tool-1', input: { of: '1' }, output: 'plain' },
        { id: '4', name: 'tool-4', input: { of: '4' }, output: 'Rejected: ' },
      ],
    },
    { type: 'executed_commands', executed_cmds: [{ command: 'ls', output: 'never' }] },
    {
      type: 'executed_approvals',
      executed_approvals: [
        { id: '3', type: 'custom', name: 'tool-3', input: { of: '3' }, output: 'Rejected: too dear' },
      ],
    },
    DONE,
  ]);
  const rejected = { ...decision('tool_calls', '1'), approved: false };
  expect(
    encoded([{ type: 'tool-result', by: 'approval', results: [{ ...call('1'), rejected: { reason: 'no' } }] }], {
      decisions: [rejected],
    }),
  ).toMatchObject([{ executed_tool_calls: [{ output: 'Tool rejected: no' }] }]);
});

test.each([
  [{ type: 'end', state: 'failed', text: 'no luck' }, 'no luck'],
  [{ type: 'end', state: 'failed' }, 'The agent failed.'],
  [{ type: 'end', state: 'rejected' }, 'The agent rejected the request.'],
  [{ type: 'end', state: 'canceled' }, 'The turn was canceled.'],
  [{ type: 'crash', message: 'secret' } as never, 'The agent crashed.'],
] as const)('%j is an error, and nothing after it', (event, error) => {
  expect(encoded([{ type: 'text', text: 'a' }, event])).toEqual([
    { type: 'text_delta', text: 'a' },
    { type: 'error', error },
  ]);
});

test('other ends are done, with their text before it and the request fields in it', () => {
  const context = { thread_id: 't', deep: { a: [1] } };
  expect(encoded([{ type: 'end', state: 'completed', text: 'That is all.' }], { context })).toEqual([
    { type: 'text_delta', text: 'That is all.' },
    { ...DONE, meta_data: { request_context: context } },
  ]);
  expect(encoded([{ type: 'reply', parts: [{ text: 'pong' }] }])).toEqual([{ type: 'text_delta', text: 'pong' }, DONE]);
});
