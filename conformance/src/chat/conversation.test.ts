import { expect, test } from 'vitest';
import { Conversation } from './conversation.ts';
import type { Answer } from './answer.ts';

const call = { id: 'c', name: 'delete', input: { pod: 'x' }, execute: false, output: undefined };
const answer = { value: { text: 'May I?', pending: [call], executed: [] } } as unknown as Answer;
const begun = Conversation.begin({ carrier: 'script', script: { steps: [] }, text: 'Hi' });

test('a script stands in the first message', () => {
  expect(begun.messages).toEqual([{ role: 'user', content: '@script {"steps":[]}' }]);
});

test('a decision stands in the last message, in one form alone', () => {
  const { messages } = begun.decide(answer, [{ call, approved: true }]);
  expect(messages).toHaveLength(3);
  expect(messages[1]).toMatchObject({
    role: 'assistant',
    content: 'May I?',
    data: { tool_calls: [{ id: 'c', execute: false }] },
  });
  expect(messages[2]).toMatchObject({
    role: 'user',
    data: { tool_calls: [{ id: 'c', name: 'delete', input: { pod: 'x' }, execute: true }] },
  });
  expect(messages[2]!.data).not.toHaveProperty('approvals');
  expect(begun.decide(answer, [{ call, approved: false, reason: 'no' }], 'approvals').messages[2]).toMatchObject({
    data: { approvals: [{ id: 'c', type: 'tool_call', execute: false, rejection_reason: 'no' }] },
  });
});

test('or on the assistant message, before a text', () => {
  const { messages } = begun.decideOnAnswer(answer, [{ call, approved: true }]);
  expect(messages[1]).toMatchObject({ role: 'assistant', data: { tool_calls: [{ execute: true }] } });
  expect(messages[2]).toEqual({ role: 'user', content: 'Yes, approved' });
});
