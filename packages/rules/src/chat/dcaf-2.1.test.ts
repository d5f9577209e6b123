import { expect, test } from 'vitest';
import * as docs from './docs.ts';
import { is, validate } from './dcaf-2.1.ts';

test('what the product sends, and the documents do not say', () => {
  const executed = { id: 'c1', name: 'count', input: {}, output: { count: 3 } };
  const event = { type: 'executed_tool_calls', executed_tool_calls: [executed] };
  expect(is('ExecutedToolCall', executed)).toBe(true);
  expect(is('StreamEvent', event)).toBe(true);
  expect(docs.validate('StreamEvent', event).map(({ message }) => message)).toEqual([
    'executed_tool_calls[0].output: expected a string, got an object',
  ]);
  expect(is('Health', { status: 'healthy' })).toBe(true);
  expect(docs.is('Health', { status: 'healthy' })).toBe(false);
});

test('what it does not send either', () => {
  expect(validate('ExecutedToolCall', { id: 'c1', name: 'count', input: {}, output: 3 })[0]?.message).toBe(
    'output: expected a string or an object, got 3',
  );
  expect(validate('Health', { status: 'sick' })[0]?.message).toBe('status: expected one of ok, healthy, got "sick"');
});

test('the rest is inherited', () => {
  expect(
    is('AgentMessage', { role: 'assistant', content: '', meta_data: { request_context: { thread_id: 't' } } }),
  ).toBe(true);
  expect(is('StreamEvent', { type: 'done', stop_reason: null, meta_data: {} })).toBe(true);
  expect(is('ChatRequest', { messages: [{ role: 'user', content: 'hi' }] })).toBe(true);
});
