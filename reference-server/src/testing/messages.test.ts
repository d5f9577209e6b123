/** What the matchers say where they do not hold: whoever reads it has nothing else. */
import { expect, test } from './vitest.ts';
import type { ExpectedRequest } from './vitest.ts';

const post = (url: string, path = '/api/chat-stream', content = 'hello') =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content }] }),
  }).then((response) => response.text());

function said(failing: () => void): string {
  try {
    failing();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it holds');
}

test('of requests: each that came, and what it is not', async ({ agentServer }) => {
  const received = (expected: ExpectedRequest, times?: number) =>
    said(() => expect(agentServer).toHaveReceived(expected, times));
  expect(received({ path: '/api' })).toBe('expected a request as {"path":"/api"}; 0 came, of 0:\n  (none)');
  await post(agentServer.url);
  expect(received({ body: { messages: [{ content: 'bye' }] } })).toBe(
    `expected a request as {"body":{"messages":[{"content":"bye"}]}}; 0 came, of 1:
    POST /api/chat-stream {"messages":[{"role":"user","content":"hello"}]}
      body.messages[0].content: expected "bye"; got "hello"`,
  );
  expect(received({ headers: { 'A2A-Version': '1.0' } })).toContain('headers.a2a-version: expected "1.0"; got nothing');
  expect(received({ body: { messages: expect.objectContaining({ a: expect.any(String) }) } })).toContain(
    'body.messages: expected "ObjectContaining',
  );
  expect(received({ body: { messages: [] } })).toContain('body.messages: expected 0 in the list; got 1');
  expect(received({ method: 'GET' })).toContain('method: expected "GET"; got "POST"');
  expect(received({ path: /v1$/ })).toContain('path: expected "/v1$/" in it');
  expect(received({ path: 'chat' }, 2)).toBe(
    `expected 2 requests as {"path":"chat"}; 1 came, of 1:
  ✓ POST /api/chat-stream {"messages":[{"role":"user","content":"hello"}]}`,
  );
  expect(said(() => expect(agentServer).not.toHaveReceived({ path: 'chat' }))).toMatch(
    /^expected not a request as .*; 1 came, of 1:\n {2}✓ POST/,
  );
});

test('of streams: what was there, and the first event that was not', async ({ agentServer }) => {
  const streamed = (events: unknown[], of?: ExpectedRequest) =>
    said(() => expect(agentServer).toHaveStreamed(events, of));
  expect(streamed([{ type: 'done' }])).toMatch(/in this order; nothing was asked for$/);
  await post(agentServer.url, '/api/chat');
  expect(streamed([{ type: 'done' }])).toMatch(/; no answer had events:\n {2}✓ POST \/api\/chat /);
  await post(agentServer.url, '/api/chat-stream', '@chunks 2');
  expect(streamed([{ type: 'text_delta' }, { type: 'nap' }])).toMatch(
    /there were:\n {2}✓ \{"type":"text_delta".*\n {4}\{.*\n {4}\{"type":"done".*\n {2}and behind that none as \{"type":"nap"\}$/,
  );
  expect(streamed([{ type: 'nap' }])).toContain('and behind its head none as {"type":"nap"}');
  expect(streamed([{ type: 'done' }], { path: '/v1' })).toMatch(/; no request was as \{"path":"\/v1"\}:\n/);
});

test('what is no expectation is refused, under `not`, too', async ({ agentServer }) => {
  const typo = { url: '/api' } as object;
  expect(() => expect(agentServer).not.toHaveReceived(typo)).toThrow('url: there is no such option');
  expect(() => expect(agentServer).not.toHaveReceived('/api' as never)).toThrow('expected an object such as');
  expect(() => expect(agentServer).not.toHaveReceived({}, -1)).toThrow('a whole number from 0; got -1');
  expect(() => expect(agentServer.url).not.toHaveReceived({})).toThrow('expected a server, a scope of it');
  expect(() => expect(agentServer).not.toHaveStreamed([])).toThrow('a list of one event or more; got []');
  expect(() => expect(agentServer).not.toHaveStreamed({ type: 'done' } as never)).toThrow('a list of one event');
  await post(agentServer.url);
  expect(agentServer.journal).toHaveReceived({ path: '/api/chat-stream' }, 1);
});
