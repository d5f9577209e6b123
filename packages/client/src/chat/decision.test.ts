import type { Approval, Command, Message, ToolCall } from '@agentproto/protocol/chat/docs';
import { describe, expect, test } from 'vitest';
import { approve, decide, reject } from './decision.ts';
import { carriesDecision } from './input.ts';

const call: ToolCall = {
  id: 't1',
  name: 'delete_pod',
  input: { name: 'nginx' },
  execute: false,
  tool_description: 'Delete',
};
const approval: Approval = { id: 'a1', type: 'deploy', name: 'deploy', input: {} };
const command: Command = { command: 'kubectl get pods' };
const history: Message[] = [
  { role: 'user', content: 'go' },
  { role: 'assistant', content: 'may I?', data: { tool_calls: [call] } },
];

describe('a decision', () => {
  test('goes into the last message, as a user’s, in the one list that is its own', () => {
    const messages = decide(
      history,
      [approve(call), reject({ ...call, id: 't2' }, 'too risky'), approve(approval), reject(command, 'no')],
      'as I said',
    );
    expect(messages.slice(0, 2)).toEqual(history);
    expect(messages).toHaveLength(3);
    expect(messages[2]).toEqual({
      role: 'user',
      content: 'as I said',
      data: {
        tool_calls: [
          { ...call, execute: true },
          { ...call, id: 't2', execute: false, rejection_reason: 'too risky' },
        ],
        approvals: [{ ...approval, execute: true }],
        cmds: [{ ...command, execute: false, rejection_reason: 'no' }],
      },
    });
  });

  test('leaves what it decides about as it is', () => {
    approve(call);
    reject(call, 'no');
    expect(call.execute).toBe(false);
    expect(call).not.toHaveProperty('rejection_reason');
  });

  test('the other way round is another decision', () => {
    expect(approve(reject(call, 'no'))).toEqual({ ...call, execute: true });
  });

  test('is one: two about the same call, in whatever form, are refused', () => {
    expect(() => decide(history, [approve(call), approve({ ...call, type: 'tool_call' })])).toThrow('got two about t1');
    expect(() => decide(history, [approve(command), reject(command, 'no')])).toThrow('got two about kubectl get pods');
    expect(() => decide(history, [])).toThrow('expected at least one');
  });

  test('to reject needs a reason', () => {
    for (const reason of ['', ' ', undefined as unknown as string])
      expect(() => reject(call, reason)).toThrow('expected why');
  });
});

describe('whether a request decides', () => {
  test.each<[boolean, Message]>([
    [false, { role: 'user', content: 'execute: true' }],
    [false, { role: 'assistant', data: { tool_calls: [call] } }],
    [false, { role: 'user', data: { tool_calls: [{ ...call, rejection_reason: '' }] } }],
    [false, { role: 'user', data: { executed_tool_calls: [{ id: 't1', name: 'x', input: {}, output: 'ok' }] } }],
    [false, { role: 'user', data: null as never }],
    [true, { role: 'user', data: { tool_calls: [call, approve(call)] } }],
    [true, { role: 'assistant', data: { tool_calls: [approve(call)] } }],
    [true, { role: 'user', data: { approvals: [approve(approval)] } }],
    [true, { role: 'user', data: { cmds: [approve(command)] } }],
    [true, { role: 'user', data: { cmds: [reject(command, 'no')] } }],
    [true, { role: 'user', data: { tool_calls: [{ ...call, execute: 'yes' as never }] } }],
  ])('%s: %j', (decides, message) => {
    expect(carriesDecision({ messages: [{ role: 'user' }, message] })).toBe(decides);
    expect(carriesDecision({ messages: [message, { role: 'user', content: 'Yes, approved' }] })).toBe(decides);
    expect(carriesDecision({ messages: [message, { role: 'assistant' }, { role: 'user' }] })).toBe(false);
  });
});
