import { getEventListeners, once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connectWebSocket } from './connect.ts';
import { CLIENTS, webSocketTarget } from './loopback.test.data.ts';
import type { WebSocketConstructor } from './socket.ts';

/** A server that is no WebSocket server; `connected` and `gone` tell of its first connection. */
async function target(server: net.Server) {
  const connected = Promise.withResolvers<net.Socket>();
  const gone = Promise.withResolvers<void>();
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    connected.resolve(socket);
    // Read, or the end is never seen.
    socket
      .on('error', () => {})
      .on('close', () => gone.resolve())
      .resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat?token=secret`,
    connected: connected.promise,
    gone: gone.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.each(CLIENTS)('with %s', (name, client) => {
  test('opens, with subprotocols and headers', async () => {
    const seen = Promise.withResolvers<{ [name: string]: unknown }>();
    await using server = await webSocketTarget((__, { headers }) => seen.resolve(headers));
    await using channel = await connectWebSocket(new URL(server.url), {
      ...client,
      protocols: ['b', 'a'],
      headers: { Authorization: 'Bearer x' },
    });
    expect(channel.send).toBeDefined();
    const headers = await seen.promise;
    expect(headers).toMatchObject({ authorization: 'Bearer x' });
    expect(String(headers['sec-websocket-protocol']).split(/, ?/)).toEqual(['b', 'a']);
  });

  test('a server that refuses', async () => {
    await using server = await target(http.createServer((__, response) => response.writeHead(404).end()));
    const refused = connectWebSocket(server.url, client);
    await expect(refused).rejects.toMatchObject({
      name: 'WireError',
      code: 'connect-failed',
      message: expect.stringContaining(
        `/chat: no WebSocket: ${name === 'ws' ? 'Unexpected server response: 404' : 'the platform does not say why'}`,
      ),
    });
  });

  test('a server that hangs up', async () => {
    await using server = await target(net.createServer((socket) => void socket.once('data', () => socket.end())));
    await expect(connectWebSocket(server.url, client)).rejects.toMatchObject({ code: 'connect-failed' });
  });

  test('no server', async () => {
    const server = await target(net.createServer());
    await server[Symbol.asyncDispose]();
    await expect(connectWebSocket(server.url, client)).rejects.toMatchObject({ code: 'connect-failed' });
  });

  test('a URL that is none', async () => {
    await expect(connectWebSocket('nowhere', client)).rejects.toMatchObject({
      code: 'connect-failed',
      message: expect.stringMatching(/^"nowhere": no WebSocket: ./),
    });
    await expect(connectWebSocket('ftp://127.0.0.1/', client)).rejects.toMatchObject({ code: 'connect-failed' });
  });

  test('a server that never answers: the time passes, and the connection is dropped', async () => {
    await using server = await target(net.createServer());
    const connecting = connectWebSocket(server.url, { ...client, timeoutMs: 60 });
    await expect(connecting).rejects.toMatchObject({
      name: 'WireError',
      code: 'connect-timeout',
      message: expect.stringMatching(/\/chat: no WebSocket within 60 ms$/),
    });
    await server.gone;
  });

  test('an abort while connecting: its reason, and the connection is dropped', async () => {
    await using server = await target(net.createServer());
    const control = new AbortController();
    const connecting = connectWebSocket(server.url, { ...client, signal: control.signal });
    await server.connected;
    const reason = new Error('enough');
    control.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await server.gone;
  });

  test('nothing is left on the signal or the clock, opened or not', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const { signal } = new AbortController();
    await using server = await webSocketTarget(() => {});
    const before = timers();
    {
      await using channel = await connectWebSocket(server.url, { ...client, signal });
      expect(channel).toBeDefined();
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
    await expect(connectWebSocket('ws://127.0.0.1:1/', { ...client, signal })).rejects.toThrow('no WebSocket');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await expect.poll(timers).toBeLessThanOrEqual(before);
  });

  test('an abort before or after means nothing else', async () => {
    const control = new AbortController();
    await using server = await webSocketTarget(
      (socket) => void socket.on('message', (data) => socket.send(String(data))),
    );
    await using channel = await connectWebSocket(server.url, { ...client, signal: control.signal });
    control.abort(new Error('late'));
    channel.send('still here');
    for await (const { data } of channel.messages) {
      expect(data).toBe('still here');
      break;
    }
    await expect(connectWebSocket(server.url, { ...client, signal: control.signal })).rejects.toThrow('late');
    expect(server.server.clients.size).toBe(1);
  });
});

test('headers are refused where the platform takes none', async () => {
  /** As browsers do: whatever is no list of subprotocols is the name of one. */
  const Browser = function (_url: string, protocols: string | string[] = []) {
    if (!Array.isArray(protocols)) throw new SyntaxError(`The subprotocol '${String(protocols)}' is invalid.`);
  } as unknown as WebSocketConstructor;
  const connecting = connectWebSocket('ws://127.0.0.1:1/', { WebSocket: Browser, headers: { a: 'b' } });
  await expect(connecting).rejects.toMatchObject({
    code: 'connect-failed',
    message: "ws://127.0.0.1:1/: no WebSocket: The subprotocol '[object Object]' is invalid.",
  });
});
