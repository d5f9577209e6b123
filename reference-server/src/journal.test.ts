import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startServer } from './a2a/caller.test.kit.ts';
import { createReferenceServer } from './server.ts';

const post = (url: string, body: string) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer s3cret' }, body });

const TURN = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });

test('requests and messages are written down, also those that no agent saw, and no secret', async () => {
  const server = await startServer();
  await fetch(`${server.url}/nowhere?x=1`);
  await post(`${server.url}/api/chat`, TURN);
  await post(`${server.url}/api/chat`, '{');
  await post(`${server.url}/a2a/1.0`, 'x'.repeat(100_000));
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/chat-ws`);
  await once(socket, 'open');
  socket.send(TURN);
  await once(socket, 'message');
  socket.terminate();
  expect(server.requests.map(({ method, path, body }) => [method, path, body?.slice(0, 70)])).toEqual([
    ['GET', '/nowhere?x=1', undefined],
    ['POST', '/api/chat', TURN],
    ['POST', '/api/chat', '{'],
    ['POST', '/a2a/1.0', 'x'.repeat(70)],
    ['GET', '/api/chat-ws', undefined],
    ['MESSAGE', '/api/chat-ws', TURN],
  ]);
  expect(server.requests[3]!.body).toHaveLength(65_536);
  expect(server.requests[1]!.headers).toMatchObject({
    authorization: '[redacted]',
    'content-type': 'application/json',
  });
  expect(JSON.stringify(server.requests)).not.toContain('s3cret');
  expect(Math.abs(Date.now() - server.requests[1]!.at)).toBeLessThan(60_000);
});

describe('failures', () => {
  test('so many requests fail as told, then none; what does not match is untouched', async () => {
    const server = await startServer({ failures: [{ status: 503, match: 'agent-card' }] });
    const ask = async (path: string) => {
      const answer = await fetch(server.url + path);
      await answer.text();
      return [answer.status, answer.headers.get('retry-after')];
    };
    expect(await ask('/health')).toEqual([200, null]);
    expect(await ask('/.well-known/agent-card.json')).toEqual([503, null]);
    expect(await ask('/.well-known/agent-card.json')).toEqual([200, null]);
    server.fail({ times: 2, status: 429, retryAfter: 1, match: /^\/health$/ });
    server.fail({ status: 500, match: ({ method, path }) => method === 'GET' && path === '/health' });
    for (const expected of [
      [429, '1'],
      [429, '1'],
      [500, null],
      [200, null],
    ])
      expect(await ask('/health')).toEqual(expected);
    expect(server.requests).toHaveLength(7);
  });

  test('the head is delayed, over a stream too', async () => {
    const server = await startServer();
    server.fail({ delayMs: 60 });
    const from = performance.now();
    expect((await post(`${server.url}/api/chat-stream`, TURN)).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(55);
  });

  test('a delay ends when the server closes', async () => {
    const server = await startServer();
    server.fail({ delayMs: 60_000, status: 503 });
    const answer = fetch(`${server.url}/health`);
    await expect.poll(() => server.requests.length).toBe(1);
    await server.close();
    expect((await answer).status).toBe(503);
  });

  test.each([
    [undefined, /^fail: expected an object such as \{ status: 429, retryAfter: 1 \}; got nothing$/],
    [{}, /^fail: expected a status, a delayMs or both/],
    [{ status: 200 }, /^fail\.status: expected a number from 400 to 599; got 200$/],
    [{ status: 503, times: 0 }, /^fail\.times: expected a number from 1; got 0$/],
    [{ status: 503, retryafter: 1 }, /^fail\.retryafter: there is no such option; did you mean retryAfter\?/],
  ])('%j is refused', async (failure, message) => {
    const server = await startServer();
    expect(() => server.fail(failure as object)).toThrow(message);
    await expect(createReferenceServer({ failures: [failure as object] })).rejects.toThrow(message);
  });
});
