import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { A2AClient } from '@agentproto/client/a2a';
import { chatClient } from '@agentproto/client/chat';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { cardFor, clientOf, failureOf, rpc, type Script, scriptedServer, sendJson, taskIn } from './scripted-server.ts';

const TASK = taskIn('TASK_STATE_COMPLETED');
const secrets = {
  headers: { 'x-api-key': 'key-of-the-user', cookie: 'session=1234567890' },
  auth: 'token-of-the-user',
};

const to =
  (status: number, location: string): Script =>
  (response) =>
    void response.writeHead(status, { location }).end();

/** Another origin that answers everything, and says what it was told. */
async function stranger() {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('data', (bytes) => heard.push(bytes));
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => Buffer.concat(heard).toString(),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe.each([301, 302, 303, 307, 308])('HTTP %i to another origin', (status) => {
  test('nothing reaches it, and the error names both', async () => {
    await using other = await stranger();
    await using server = await scriptedServer(to(status, `${other.url}/elsewhere?key=x`));
    const names = expect.stringMatching(
      new RegExp(
        `${server.url}.*redirects \\(HTTP ${status}\\) to ${other.url}/elsewhere, another origin than ${server.url}`,
      ),
    );
    for (const binding of ['JSONRPC', 'HTTP+JSON'] as const) {
      const client = await clientOf(server, binding, secrets);
      const calls = [
        () => client.send('secret body'),
        () => client.stream('secret body').final(),
        () => client.get('t1'),
        () => client.cancel('t1'),
      ];
      for (const call of calls) {
        const error = await failureOf(call());
        expect(error).toMatchObject({ code: 'REDIRECTED', status, retryable: false, message: names });
        expect((error as { to: string }).to).toBe(`${other.url}/elsewhere?key=x`);
      }
    }
    const agent = chatClient(server.url, secrets);
    expect(await failureOf(agent.chat('secret body'))).toMatchObject({ code: 'REDIRECTED', message: names });
    expect(await failureOf(agent.stream('secret body').final())).toMatchObject({ code: 'REDIRECTED', message: names });
    expect(await failureOf(A2AClient.connect(server.url, secrets))).toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: names,
    });
    expect(other.heard()).toBe('');
  });

  test.each([
    ["the platform's", undefined],
    ['of ws', WebSocket],
  ])('nor over a WebSocket, %s', async (_, Socket) => {
    await using other = await stranger();
    const { createServer: createHttp } = await import('node:http');
    const server = createHttp();
    server.on('upgrade', (_request, socket) =>
      socket.end(
        `HTTP/1.1 ${status} Elsewhere\r\nlocation: ${other.url.replace('http', 'ws')}/x\r\ncontent-length: 0\r\n\r\n`,
      ),
    );
    server.on('request', (_request, response) => response.writeHead(status, { location: `${other.url}/x` }).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const agent = chatClient(url, { ...secrets, ...(Socket && { WebSocket: Socket }) });
    const error = await failureOf(agent.connect());
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED' });
    // The address once.
    expect((error as Error).message.split(url.slice('http://'.length))).toHaveLength(2);
    expect(other.heard()).toBe('');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('within the origin', () => {
  test.each([307, 308])('HTTP %i keeps method, body and headers', async (status) => {
    await using server = await scriptedServer((response, request, count) =>
      request.path === '/new' ? sendJson(response, rpc(request, TASK)) : to(status, '/new')(response, request, count),
    );
    const client = await clientOf(server, 'JSONRPC', secrets);
    expect((await client.send('hi')).task?.id).toBe('t1');
    const [first, second] = server.requests;
    expect(second).toMatchObject({ method: 'POST', path: '/new', body: first!.body });
    expect(second!.headers).toMatchObject({
      'x-api-key': 'key-of-the-user',
      authorization: 'Bearer token-of-the-user',
    });
  });

  test.each([301, 302, 303])('HTTP %i turns a POST into a GET: not followed, and said so', async (status) => {
    await using server = await scriptedServer(to(status, '/new'));
    expect(await failureOf((await clientOf(server)).send('hi'))).toMatchObject({
      code: 'REDIRECTED',
      message: `SendMessage at ${server.url}/ redirects (HTTP ${status}) to ${server.url}/new, which turns the POST into a GET; give the url that it leads to`,
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])('HTTP %i is followed to the card', async (status) => {
    await using server = await scriptedServer((response, request, count) =>
      request.path === '/card'
        ? sendJson(response, cardFor('http://h'))
        : to(status, '/card')(response, request, count),
    );
    expect((await A2AClient.connect(server.url)).card.name).toBe('Test agent');
  });

  test('a circle comes to an end', async () => {
    await using server = await scriptedServer(to(307, '/again'));
    expect(await failureOf((await clientOf(server)).send('hi'))).toMatchObject({
      code: 'REDIRECTED',
      message: expect.stringContaining('after 5 redirects before'),
    });
    expect(server.requests).toHaveLength(6);
  });
});

test('a browser hides where it would have gone', async () => {
  const opaque = { status: 0, type: 'opaqueredirect', ok: false, headers: new Headers(), body: null };
  const fetch = async () => opaque as unknown as Response;
  const client = await A2AClient.connect('http://h', { card: cardFor('http://h'), fetch });
  expect(await failureOf(client.send('hi'))).toMatchObject({
    code: 'REDIRECTED',
    to: undefined,
    message: 'SendMessage at http://h/ redirects, and a browser does not say where to; give the url that it leads to',
  });
});
