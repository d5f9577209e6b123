import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createTransport } from '../transport.ts';

/** The way out that a program has chosen for all its requests is ours too. A file of its own: it is global. */

async function agentOfARequest(): Promise<string | undefined> {
  const server = createServer((request, response) => response.end(request.headers['user-agent']));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const transport = createTransport({});
  onTestFinished(() => {
    transport.close();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { signal } = new AbortController();
  const request = { operation: 'x', attempt: 1, method: 'GET', url, headers: {}, until: signal };
  const { body } = await transport.send(request);
  const { value } = await body!.getReader().read();
  return value && Buffer.from(value).toString();
}

test('goes its own way, also where somebody has merely imported undici, and theirs once they have said one', async () => {
  expect(await agentOfARequest()).toBe('agentproto-client');
  const { Agent, MockAgent, setGlobalDispatcher } = await import('undici');
  // What undici does when it is imported before anything of Node's has asked for a dispatcher.
  setGlobalDispatcher(new Agent());
  expect(await agentOfARequest()).toBe('agentproto-client');
  const mock = new MockAgent();
  mock
    .get(/127\.0\.0\.1/)
    .intercept({ path: '/' })
    .reply(200, 'the mock');
  setGlobalDispatcher(mock);
  onTestFinished(() => setGlobalDispatcher(new Agent()));
  expect(await agentOfARequest()).toBe('the mock');
});
