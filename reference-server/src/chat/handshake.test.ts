import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { referenceServer } from '../server.ts';
import { briefs, clientOf, startServer, user } from './client.test.kit.ts';

const refused = async (url: string, options: object = {}) => {
  const socket = new WebSocket(url.replace('http', 'ws'), options);
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, body: Buffer.concat(chunks).toString(), headers: response.headers };
};

test('the handshake needs the key', async () => {
  const server = await startServer({ apiKey: 'hush' });
  const { url, connect } = clientOf(server, 'chat@docs', 'hush');
  expect(briefs(await (await connect()).say([user('x')]))).toEqual(['text x', 'done']);
  expect(await refused(`${url}/api/chat-ws`)).toMatchObject({
    status: 401,
    body: expect.stringContaining('"detail"'),
    headers: { 'www-authenticate': 'Bearer' },
  });
});

test('a handshake anywhere else is refused like any request', async () => {
  const { url } = clientOf(await startServer());
  expect(await refused(`${url}/api/nope`)).toMatchObject({
    status: 404,
    body: '{"detail":"There is nothing at /api/nope."}',
  });
  expect(await refused(`${url}/api/chat`)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  expect(await refused(`${url}/.well-known/agentproto.json`)).toMatchObject({ status: 200 });
});

test('a broken handshake is refused', async () => {
  const { hostname, port } = new URL(clientOf(await startServer()).url);
  const socket = connect(Number(port), hostname);
  socket.write(
    'GET /api/chat-ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n',
  );
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 400 /);
  await once(socket, 'close');
});

test('a request without one is told so', async () => {
  const { url } = clientOf(await startServer());
  const response = await fetch(`${url}/api/chat-ws`);
  expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket']);
  expect((await fetch(`${url}/api/chat-ws`, { method: 'POST' })).status).toBe(405);
});

test('another upgrade is not taken, and the request answered as it is', async () => {
  const { url } = clientOf(await startServer());
  const body = JSON.stringify({ messages: [user('hi')] });
  const ask = request(`${url}/api/chat`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      connection: 'upgrade, http2-settings',
      upgrade: 'h2c',
      'http2-settings': '',
    },
  });
  ask.end(body);
  const [response] = (await once(ask, 'response')) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(200);
});

test('inside an application below a prefix, which has sockets of its own elsewhere', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  app.server.on('upgrade', (asked, socket) => {
    if (asked.url !== '/mine') return;
    setImmediate(() => socket.end('HTTP/1.1 418 Mine\r\nconnection: close\r\n\r\n'));
  });
  await app.register(referenceServer, { prefix: '/agents', protocols: ['chat@docs'] });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const { say, closed } = await clientOf({ urls: { 'chat@docs': `${origin}/agents` } }).connect();
  expect(briefs(await say([user('x')]))).toEqual(['text x', 'done']);
  expect((await refused(`${origin}/mine`)).status).toBe(418);
  await app.close();
  expect((await closed).code).toBe(1001);
});
