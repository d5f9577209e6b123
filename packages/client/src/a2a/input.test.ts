import { expect, test } from 'vitest';
import { type SendInput, sendMessageRequest } from './input.ts';

const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

test.each<[string, SendInput]>([
  ['text', { text: 'hi' }],
  ['parts', { parts: [{ text: 'hi' }] }],
  ['a list of parts', [{ text: 'hi' }]],
  ['a message', { message: { parts: [{ text: 'hi' }] } }],
])('%s becomes a message with an id and a role', (_, input) => {
  expect(sendMessageRequest(input)).toEqual({
    message: { messageId: UUID, role: 'ROLE_USER', parts: [{ text: 'hi' }] },
  });
});

test("what the caller says is kept, and the caller's objects are left alone", () => {
  const message = {
    messageId: 'm1',
    taskId: 't1',
    contextId: 'c1',
    role: 'ROLE_AGENT',
    parts: [{ data: null }],
  } as const;
  const input = {
    message: { ...message, parts: [...message.parts] },
    configuration: { historyLength: 0 },
    metadata: { a: 1 },
  };
  const before = structuredClone(input);
  expect(sendMessageRequest(input)).toEqual(before);
  expect(input).toEqual(before);
  expect(sendMessageRequest({ text: 'hi', taskId: 't1', referenceTaskIds: ['t0'] }).message).toMatchObject({
    taskId: 't1',
    referenceTaskIds: ['t0'],
    parts: [{ text: 'hi' }],
  });
});

test('each message has its own id', () => {
  expect(sendMessageRequest({ text: 'hi' }).message.messageId).not.toBe(
    sendMessageRequest({ text: 'hi' }).message.messageId,
  );
});

test.each([[[]], [{}], [{ parts: [] }], [5], [undefined], [{ message: {} }], [{ text: 1 }]])(
  '%j is refused in words',
  (input) => {
    expect(() => sendMessageRequest(input as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('expected a text, { text }, { parts } or { message }'),
      }),
    );
  },
);

test.each([
  [{ text: 'a', url: 'http://h' }, 'parts[1]: expected exactly one of text, raw, url, data, got text and url'],
  [{ kind: 'file' }, 'parts[1]: expected exactly one of text, raw, url, data, got kind'],
  [null, 'parts[1]: expected exactly one of text, raw, url, data, got none'],
])('a part that is none or two: %j', (part, message) => {
  expect(() => sendMessageRequest([{ data: null }, part as never])).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) }),
  );
});

test('a text alone', () => {
  expect(sendMessageRequest('hi').message).toMatchObject({ role: 'ROLE_USER', parts: [{ text: 'hi' }] });
});
