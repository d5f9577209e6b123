import { A2AClient } from '@agentproto/client/a2a';
import { describe, expect, test } from 'vitest';
import { cardFor, rpc, scriptedServer, sendJson, taskIn } from './scripted-server.ts';

const PATH = '/.well-known/agent-card.json';
const OLD = '/.well-known/agent.json';
const TASK = taskIn('TASK_STATE_COMPLETED').task;
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('expected a failure'),
    (error: unknown) => error,
  );

describe('finding the card', () => {
  test('below the given path first, then at the origin', async () => {
    await using server = await scriptedServer((response, { path, headers }) =>
      path === PATH
        ? sendJson(response, cardFor(`http://${headers.host}`))
        : void response.writeHead(404).end('<html>'),
    );
    const client = await A2AClient.connect(`${server.url}/agents/one`);
    expect(client.card.name).toBe('Test agent');
    expect(client.interface.url).toBe(`${server.url}/`);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /agents/one${PATH}`,
      `GET ${PATH}`,
    ]);
    // What a browser sends without asking first.
    expect(server.requests[0]!.headers).toMatchObject({ accept: 'application/json' });
    expect(server.requests[0]!.headers).not.toHaveProperty('a2a-version');
    expect(server.requests[0]!.headers).not.toHaveProperty('content-type');
  });

  test('a page for every path is no card', async () => {
    await using server = await scriptedServer((response, { path }) =>
      path === PATH
        ? sendJson(response, cardFor('http://h'))
        : void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    expect((await A2AClient.connect(`${server.url}/app`)).interface.url).toBe('http://h/');
  });

  test('nowhere: says where it looked', async () => {
    await using server = await scriptedServer((response) => void response.writeHead(404).end());
    const error = await failureOf(A2AClient.connect(`${server.url}/one?key=s3cret`));
    expect(error).toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: `no A2A agent card; tried ${[PATH, OLD].flatMap((path) => [`${server.url}/one${path} (HTTP 404)`, `${server.url}${path} (HTTP 404)`]).join(', ')}`,
    });
  });

  test('what is no card of any revision says so', async () => {
    await using server = await scriptedServer((response) => sendJson(response, { name: 'old' }));
    expect(await failureOf(A2AClient.connect(server.url))).toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringContaining('supportedInterfaces, or before A2A 1.0 the member url'),
    });
  });

  test('a server that wants credentials, is away, or never answers is not searched further', async () => {
    await using server = await scriptedServer((response) => void response.writeHead(401).end());
    expect(await failureOf(A2AClient.connect(`${server.url}/one`))).toMatchObject({ code: 'HTTP_STATUS', status: 401 });
    expect(server.requests).toHaveLength(1);
    await server[Symbol.asyncDispose]();
    expect(await failureOf(A2AClient.connect(`${server.url}/one`, { retry: false }))).toMatchObject({
      code: 'CONNECTION_FAILED',
    });

    await using silent = await scriptedServer(() => {});
    expect(await failureOf(A2AClient.connect(silent.url, { retry: false, timeouts: { connectMs: 30 } }))).toMatchObject(
      { code: 'CONNECT_TIMEOUT' },
    );
    expect(await failureOf(A2AClient.connect(silent.url, { signal: AbortSignal.timeout(20) }))).toMatchObject({
      code: 'ABORTED',
    });
  });
});

describe('credentials', () => {
  /** Takes one token at a time; refuses with 401. */
  const guarded = (valid: () => string) =>
    scriptedServer((response, request) => {
      if (request.headers.authorization !== `Bearer ${valid()}`)
        return void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      sendJson(response, rpc(request, TASK));
    });

  test('a token goes with every request; a 401 is then final', async () => {
    await using server = await guarded(() => 'right');
    const card = cardFor(server.url);
    expect((await (await A2AClient.connect(server.url, { card, auth: 'right' })).get('t1')).id).toBe('t1');
    expect(await failureOf((await A2AClient.connect(server.url, { card, auth: 'wrong' })).get('t1'))).toMatchObject({
      code: 'HTTP_STATUS',
      status: 401,
      retryable: false,
    });
    expect(server.requests).toHaveLength(2);
  });

  test('calls that meet the same 401 share one refresh', async () => {
    let valid = 'token 1';
    await using server = await guarded(() => valid);
    const asked: boolean[] = [];
    const client = await A2AClient.connect(server.url, {
      card: cardFor(server.url),
      auth: async ({ refresh }) => {
        asked.push(refresh);
        await new Promise((resolve) => setTimeout(resolve, 10));
        return `token ${asked.length}`;
      },
    });
    await Promise.all([client.get('t1'), client.get('t1'), client.get('t1')]);
    expect(asked).toEqual([false]);
    valid = 'token 2';
    await Promise.all([client.get('t1'), client.get('t1'), client.get('t1')]);
    expect(asked).toEqual([false, true]);
    valid = 'none';
    expect(await failureOf(client.send({ text: 'x' }))).toMatchObject({ status: 401 });
    expect(asked).toEqual([false, true, true]);
  });

  test('a supplier that fails fails its calls, and is asked again by the next', async () => {
    await using server = await guarded(() => 'right');
    let attempts = 0;
    const client = await A2AClient.connect(server.url, {
      card: cardFor(server.url),
      auth: () => {
        if (++attempts === 1) throw new Error('no network');
        return 'right';
      },
    });
    await expect(client.get('t1')).rejects.toThrow('no network');
    expect((await client.get('t1')).id).toBe('t1');
  });

  test('a supplier that hangs does not hang the call', async () => {
    await using server = await guarded(() => 'right');
    const client = await A2AClient.connect(server.url, {
      card: cardFor(server.url),
      auth: () => new Promise<string>(() => {}),
      retry: false,
      timeouts: { connectMs: 20 },
    });
    expect(await failureOf(client.get('t1'))).toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });
});
