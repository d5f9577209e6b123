// The page "In vitest" of the README, as it stands there.
import { createReferenceServer, type ReferenceServer } from './server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ agent: ({ input }) => ({ steps: [{ text: `You said ${input.text}` }] }) });
});
afterAll(() => server.close());

test('my client tries again after a 429', async () => {
  server.fail({ times: 1, status: 429, retryAfter: 0, match: '/api/chat' });
  const ask = () =>
    fetch(`${server.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] }),
    });
  expect((await ask()).status).toBe(429);
  expect(await (await ask()).json()).toMatchObject({ content: 'You said hello' });
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /api/chat', 'POST /api/chat']);
});
