import type { Message, StreamEvent, ToolCall } from '@agentproto/protocol/chat/docs';
import { expect, test } from 'vitest';
import { Lifetime } from '../lifetime.ts';
import { Conversation } from './conversation.ts';
import { approve, reject } from './decision.ts';
import { carriesDecision } from './input.ts';
import { ChatReading } from './reading.ts';
import { ChatStream } from './stream.ts';

const call: ToolCall = { id: 't1', name: 'delete_pod', input: {} };
const executed = { ...call, output: 'gone' };
const done: StreamEvent = { type: 'done' };

/** Answers each turn with the next list of events. */
function scripted(...answers: StreamEvent[][]) {
  const sent: Message[][] = [];
  const send = (messages: Message[]) => {
    sent.push(messages);
    const source = {
      open: async function* () {
        yield answers[sent.length - 1]!;
      },
      where: 'test',
      report: () => {},
      mask: (text: string) => text,
    };
    return new ChatStream(
      () => new Lifetime(),
      async (life) => new ChatReading(source, life),
    );
  };
  return { sent, send };
}

test('each turn has those before it as its history; results go with decisions', async () => {
  const { sent, send } = scripted(
    [{ type: 'text_delta', text: 'May I?' }, { type: 'tool_calls', tool_calls: [call] }, done],
    [{ type: 'executed_tool_calls', executed_tool_calls: [executed] }, { type: 'text_delta', text: 'Deleted' }, done],
    [done],
  );
  const talk = new Conversation(send, [{ role: 'user', content: 'before' }]);
  const { toolCalls } = await talk.say({ content: 'delete', platform_context: { tenant_id: 'x' } }).final();
  await talk.decide([approve(toolCalls[0]!)], 'yes').final();
  await talk.say('thanks').final();

  const [first, second, third] = sent;
  expect(first).toEqual([
    { role: 'user', content: 'before' },
    { role: 'user', content: 'delete', platform_context: { tenant_id: 'x' } },
  ]);
  expect(second!.slice(0, 2)).toEqual(first);
  expect(second!.slice(2)).toMatchObject([
    { role: 'assistant', content: 'May I?', data: { tool_calls: [call] } },
    { role: 'user', content: 'yes', data: { tool_calls: [{ ...call, execute: true }] } },
  ]);
  expect(third!.slice(0, 3)).toEqual(second!.slice(0, 3));
  expect(third!.slice(3)).toMatchObject([
    {
      role: 'user',
      content: 'yes',
      data: { tool_calls: [{ id: 't1', execute: true }], executed_tool_calls: [executed] },
    },
    { role: 'assistant', content: 'Deleted' },
    { role: 'user', content: 'thanks' },
  ]);
  expect(carriesDecision({ messages: second! })).toBe(true);
  expect(carriesDecision({ messages: third! })).toBe(false);
  expect(talk.messages).toHaveLength(7);
});

test('a turn that failed or was left is forgotten, unless something has been done', async () => {
  const failed: StreamEvent = { type: 'error', error: 'x' };
  const { sent, send } = scripted(
    [{ type: 'text_delta', text: 'half' }, failed],
    [{ type: 'text_delta', text: 'left' }, done],
    [{ type: 'executed_tool_calls', executed_tool_calls: [executed] }, failed],
    [done],
  );
  const talk = new Conversation(send);
  await expect(talk.say('one').final()).rejects.toThrow('x');
  expect(talk.messages).toEqual([]);
  for await (const _ of talk.say('two')) break;
  expect(talk.messages).toEqual([]);
  await expect(talk.decide([approve(call), reject({ ...call, id: 't2' }, 'no')]).final()).rejects.toThrow('x');
  talk.say('four');
  expect(sent[3]).toMatchObject([
    { role: 'user', data: { executed_tool_calls: [executed] } },
    { role: 'assistant', content: '' },
    { content: 'four' },
  ]);
});
