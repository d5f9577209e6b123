import fastifyCors from '@fastify/cors';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startServer } from './a2a/caller.test.kit.ts';
import { referenceServer } from './server.ts';
import type { PluginOptions } from './server-options.ts';

const PAGE = 'http://localhost:5173';

const preflight = (url: string, origin: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', ...headers },
  });

const PATHS = [
  '/',
  '/a2a/1.0',
  '/a2a/1.0/message:send',
  '/a2a/1.0/tasks/x:cancel',
  '/message:send',
  '/.well-known/agent-card.json',
  '/.well-known/agentproto.json',
  '/api/chat',
  '/api/chat-stream',
  '/chat/dcaf-2.1/api/chat',
];

describe('preflights', () => {
  test.each(PATHS)('%s is allowed to pages of this machine, and the answer kept', async (path) => {
    const { url } = await startServer();
    const answer = await preflight(url + path, PAGE, {
      'access-control-request-headers': 'a2a-version, content-type, x-trace',
    });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '7200',
      vary: 'Origin, Access-Control-Request-Headers',
    });
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
    const allowed = answer.headers.get('access-control-allow-headers')?.split(', ');
    for (const name of ['Authorization', 'Content-Type', 'A2A-Version', 'A2A-Extensions', 'Last-Event-ID', 'x-trace'])
      expect(allowed).toContain(name);
    expect(allowed).not.toContain('a2a-version');
  });

  test('in a plugin with a prefix too, and with a key', async () => {
    const url = await plugin({ apiKey: 'k' });
    for (const path of PATHS) expect((await preflight(`${url}/agents${path}`, PAGE)).status).toBe(204);
  });

  test.each([
    ['https://app.example', undefined, null],
    ['https://app.example', [], null],
    [PAGE, [], null],
    [PAGE, ['https://app.example'], null],
    ['https://app.example', ['https://app.example'], 'https://app.example'],
    ['https://other.example', ['https://app.example', 'loopback'], null],
    ['null', undefined, null],
    ['https://localhost.evil.example', undefined, null],
    ['http://[::1]:1', undefined, 'http://[::1]:1'],
    ['http://127.0.0.1:1', ['loopback'], 'http://127.0.0.1:1'],
    ['http://app.localhost:1', undefined, 'http://app.localhost:1'],
  ])('a page of %s with %j', async (origin, allowedOrigins, expected) => {
    const { url } = await startServer({ allowedOrigins });
    const answer = await preflight(`${url}/a2a/1.0`, origin);
    expect(answer.headers.get('access-control-allow-origin')).toBe(expected);
    const card = await fetch(`${url}/.well-known/agent-card.json`, { headers: { origin } });
    expect(card.headers.get('access-control-allow-origin')).toBe(expected);
    expect(card.headers.get('vary')).toBe('Origin');
  });

  test('with * anybody may ask, and nobody with credentials', async () => {
    const { url } = await startServer({ allowedOrigins: ['*'] });
    for (const answer of [
      await preflight(url, 'https://a.example'),
      await fetch(url, { headers: { origin: 'null' } }),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test.each([
    ['https://app.example/', 'https://app.example/"; did you mean https://app.example?'],
    ['app.example', '"app.example"'],
    ['HTTPS://App.example', '; did you mean https://app.example?'],
  ])('%s is no origin', async (origin, message) => {
    await expect(startServer({ allowedOrigins: [origin] })).rejects.toThrow(message);
  });
});

test('a page reads answers, errors and streams, with the headers that it is allowed to', async () => {
  const server = await startServer({ apiKey: 'k' });
  const headers = { origin: PAGE, authorization: 'Bearer k', 'content-type': 'application/json', 'a2a-version': '1.0' };
  const message = { messageId: '1', role: 'ROLE_USER', parts: [{ text: 'x' }] };
  const post = (path: string, body: unknown, more = {}) =>
    fetch(server.url + path, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
  for (const [path, body, more, status] of [
    ['/a2a/1.0/message:send', { message }, {}, 200],
    ['/a2a/1.0/message:stream', { message }, {}, 200],
    ['/a2a/1.0/message:send', {}, {}, 400],
    ['/a2a/1.0/message:send', {}, { authorization: 'no' }, 401],
    ['/a2a/1.0', { jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message } }, {}, 200],
    ['/api/chat', { messages: [{ role: 'user', content: 'x' }] }, {}, 200],
    ['/api/chat-stream', { messages: [{ role: 'user', content: 'x' }] }, {}, 200],
    ['/api/chat', {}, {}, 400],
    ['/nowhere', {}, {}, 404],
  ] as const) {
    const answer = await post(path, body, more);
    await answer.text();
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(answer.headers.get('access-control-expose-headers')).toMatch(
      /Retry-After, WWW-Authenticate, A2A-Extensions/,
    );
  }
});

test('who is no page sees nothing of it', async () => {
  const server = await startServer();
  const answer = await fetch(`${server.url}/a2a/1.0/message:send`, { method: 'POST' });
  expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});

describe('WebSockets', () => {
  const opened = (url: string, origin: string | undefined) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { ...(origin !== undefined && { origin }) });
      socket
        .on('open', () => {
          socket.terminate();
          resolve('open');
        })
        .on('unexpected-response', (_request, { statusCode }) => resolve(`${statusCode}`));
    });

  test.each([
    [undefined, undefined, 'open'],
    [PAGE, undefined, 'open'],
    ['https://app.example', undefined, '403'],
    ['null', undefined, '403'],
    ['https://app.example', ['https://app.example'], 'open'],
    ['https://app.example', ['*'], 'open'],
    [PAGE, [], '403'],
  ])('of %s with %j', async (origin, allowedOrigins, expected) => {
    const { url } = await startServer({ allowedOrigins });
    expect(await opened(`${url}/api/chat-ws`, origin)).toBe(expected);
  });

  test('a page of the server itself may', async () => {
    const { url } = await startServer({ allowedOrigins: [] });
    expect(await opened(`${url}/api/chat-ws`, url)).toBe('open');
  });
});

async function plugin(options: PluginOptions, hooks = (_app: FastifyInstance) => {}): Promise<string> {
  const app: FastifyInstance = Fastify();
  onTestFinished(() => app.close());
  hooks(app);
  await app.register(referenceServer, { prefix: '/agents', ...options });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

describe('in an application of somebody else', () => {
  test('headers that its hooks set are on every answer', async () => {
    const url = await plugin({}, (app) =>
      app.addHook('onRequest', (_request, reply, done) => {
        void reply.header('x-own', 'yes').header('set-cookie', ['a=1', 'b=2']);
        done();
      }),
    );
    for (const path of ['/.well-known/agent-card.json', '/a2a/1.0/tasks/x', '/api/chat', '/health']) {
      const answer = await fetch(`${url}/agents${path}`);
      expect(answer.headers.get('x-own')).toBe('yes');
      expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    }
  });

  test('what its own CORS hook has said stands', async () => {
    const url = await plugin({}, (app) =>
      app.addHook('onRequest', (_request, reply, done) => {
        void reply.header('access-control-allow-origin', 'https://own.example');
        done();
      }),
    );
    const answer = await fetch(`${url}/agents/.well-known/agent-card.json`, { headers: { origin: PAGE } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://own.example');
    expect(answer.headers.get('access-control-expose-headers')).toBeNull();
  });

  test('@fastify/cors answers for all of it: preflights, calls and streams', async () => {
    const own = 'https://own.example';
    const url = await plugin({ protocols: ['a2a@1.0', 'chat@docs'] }, (app) =>
      app.register(fastifyCors, { origin: own, methods: ['POST'], exposedHeaders: ['x-own'], maxAge: 5 }),
    );
    for (const path of [
      '/a2a/1.0',
      '/a2a/1.0/message:send',
      '/api/chat',
      '/api/chat-stream',
      '/.well-known/agent-card.json',
    ]) {
      const asked = await fetch(`${url}/agents${path}`, {
        method: 'OPTIONS',
        headers: {
          origin: own,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'a2a-version,content-type',
        },
      });
      expect([path, asked.status, await asked.text()]).toEqual([path, 204, '']);
      expect(Object.fromEntries(asked.headers)).toMatchObject({
        'access-control-allow-origin': own,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'a2a-version,content-type',
        'access-control-max-age': '5',
      });
    }
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });
    for (const path of ['/api/chat', '/api/chat-stream']) {
      const headers = { origin: own, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/agents${path}`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('hello');
      expect(answer.headers.get('access-control-allow-origin')).toBe(own);
      expect(answer.headers.get('access-control-expose-headers')).toBe('x-own');
    }
    const card = await fetch(`${url}/agents/.well-known/agent-card.json`, { headers: { origin: PAGE } });
    expect([card.status, card.headers.get('access-control-allow-origin')]).toEqual([200, own]);
  });
});
