import https from 'node:https';
import type net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { handmadeSocket } from './handmade-socket.test.data.ts';
import { LOCALHOST } from './localhost.test.data.ts';
import { listen, socketTarget } from './loopback.test.data.ts';
import { Recorder } from './recorder.ts';

let recorder: Recorder;
beforeAll(() => void (recorder = new Recorder()));
afterAll(() => recorder.close());

const echo = (socket: WebSocket) => void socket.on('message', (data, binary) => socket.send(data, { binary }));

describe('an open socket', () => {
  test('is one exchange: the upgrade, frames of both sides, the end', async () => {
    await using target = await socketTarget(echo);
    const live = await recorder.socket({
      url: target.url,
      label: 'chat/ws',
      binding: 'WebSocket',
      operation: 'chat-ws',
    });
    expect(live.exchange.end).toBeUndefined();
    expect(live.exchange.response).toMatchObject({ status: 101 });
    live.send('{"messages":[]}');
    expect(await live.frame(0)).toMatchObject({ index: 1, json: { messages: [] } });
    live.send('no JSON, "\uD83D\uDE00"\n\uD800');
    live.send(Uint8Array.of(0, 255));
    expect(await live.frame(2)).toMatchObject({ index: 5 });
    const exchange = await live.close();
    expect(exchange).toBe(live.exchange);
    const at = { atMs: expect.any(Number) };
    expect(exchange).toEqual({
      id: expect.any(Number),
      label: 'chat/ws',
      binding: 'WebSocket',
      operation: 'chat-ws',
      request: { ...at, method: 'GET', url: target.url, headers: expect.any(Array) },
      response: { ...at, status: 101, headers: expect.arrayContaining([['Upgrade', 'websocket']]) },
      frames: [
        { index: 0, ...at, direction: 'out', kind: 'ws-text', data: '{"messages":[]}', json: { messages: [] } },
        { index: 1, ...at, direction: 'in', kind: 'ws-text', data: '{"messages":[]}', json: { messages: [] } },
        {
          index: 2,
          ...at,
          direction: 'out',
          kind: 'ws-text',
          data: 'no JSON, "😀"\n\uFFFD',
          jsonError: expect.any(String),
        },
        { index: 3, ...at, direction: 'out', kind: 'ws-binary', data: 'AP8=' },
        {
          index: 4,
          ...at,
          direction: 'in',
          kind: 'ws-text',
          data: 'no JSON, "😀"\n\uFFFD',
          jsonError: expect.any(String),
        },
        { index: 5, ...at, direction: 'in', kind: 'ws-binary', data: 'AP8=' },
      ],
      end: { ...at, kind: 'left', code: 1000 },
    });
    const { request, response, frames, end } = exchange;
    const times = [request.atMs, response!.atMs, ...frames.map((frame) => frame.atMs), end!.atMs];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('was asked for with the recorded headers', async () => {
    let sent: string[] = [];
    await using target = await socketTarget((_, upgrade) => void (sent = upgrade.rawHeaders));
    await using own = new Recorder({
      headers: [
        ['Authorization', 'Bearer a'],
        ['X-Twice', 'no'],
      ],
    });
    const live = await own.socket({
      url: target.url,
      headers: [
        ['x-TWICE', '1'],
        ['X-Twice', '2'],
      ],
      protocols: ['b', 'a'],
    });
    const { headers } = live.exchange.request;
    expect(headers.flat()).toEqual(sent);
    expect(headers).toEqual(
      expect.arrayContaining([
        ['Host', new URL(target.url).host],
        ['Authorization', 'Bearer a'],
        ['x-TWICE', '1'],
        ['x-TWICE', '2'],
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Protocol', 'b,a'],
      ]),
    );
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('sec-websocket-extensions');
    expect(live.exchange.response?.headers).toContainEqual(['Sec-WebSocket-Protocol', 'b']);
  });

  test('what comes with the answer to the upgrade is not lost', async () => {
    await using target = await handmadeSocket((socket) =>
      socket.end(Buffer.from([0x81, 2, 0x68, 0x69, 0x88, 2, 0x03, 0xe8])),
    );
    const live = await recorder.socket({ url: target.url });
    expect(await live.frame(0)).toMatchObject({ data: 'hi', jsonError: expect.any(String) });
    expect((await live.ended).end).toMatchObject({ kind: 'complete', code: 1000 });
  });

  test('answers pings, which are signs of life and no frames', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await using target = await socketTarget((socket) => {
      let pongs = 0;
      socket.on('pong', () => {
        pongs++;
        vi.advanceTimersByTime(50);
        if (pongs === 5) socket.send('5 pongs');
        else socket.ping();
      });
      socket.ping();
    });
    const live = await recorder.socket({ url: target.url, limits: { inactivityMs: 150 } });
    expect(await live.frame(0)).toMatchObject({ index: 0, data: '5 pongs' });
  });

  test('silence counts anew from the answer to the upgrade', async () => {
    await using target = await socketTarget((socket) => void setTimeout(() => socket.send('1'), 100), 100);
    const live = await recorder.socket({ url: target.url, limits: { inactivityMs: 160 } });
    expect(await live.frame(0)).toMatchObject({ json: 1 });
  });

  test('over TLS', async () => {
    const server = https.createServer(LOCALHOST);
    new WebSocketServer({ server }).on('connection', echo);
    await using target = await listen(server, 'wss');
    expect((await recorder.socket({ url: target.url })).exchange.end).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    });
    const before = tls.getCACertificates();
    tls.setDefaultCACertificates([...before, LOCALHOST.cert]);
    try {
      const live = await recorder.socket({ url: target.url });
      live.send('1');
      expect(await live.frame(0)).toMatchObject({ json: 1 });
      await live.leave();
    } finally {
      tls.setDefaultCACertificates(before);
    }
  });
});

describe('the end', () => {
  test.each([
    [1000, 'bye', { code: 1000, message: 'bye' }],
    [1011, '', { code: 1011 }],
    [4321, 'é', { code: 4321, message: 'é' }],
    [undefined, undefined, { code: 1005 }],
  ])('the peer closes: %s %s', async (code, reason, end) => {
    await using target = await socketTarget((socket) => {
      socket.send('{}');
      socket.close(code, reason);
    });
    const live = await recorder.socket({ url: target.url });
    const exchange = await live.ended;
    expect(exchange.end).toEqual({ atMs: expect.any(Number), kind: 'complete', ...end });
    expect(exchange.frames).toHaveLength(1);
    expect(await live.frame(1)).toBeUndefined();
    live.send('too late');
    expect(await live.close()).toBe(exchange);
    expect(exchange.frames).toHaveLength(1);
  });

  test('we close: the peer sees our code, we record its own', async () => {
    const seen = Promise.withResolvers<unknown[]>();
    await using target = await socketTarget(
      (socket) => void socket.on('close', (code, reason) => seen.resolve([code, String(reason)])),
    );
    const live = await recorder.socket({ url: target.url });
    const closing = live.close(4001, 'enough');
    live.send('too late');
    expect(await closing).toMatchObject({ end: { kind: 'left', code: 4001, message: 'enough' }, frames: [] });
    expect(await seen.promise).toEqual([4001, 'enough']);
  });

  test('a code that must not be sent is our own fault, and changes nothing', async () => {
    await using target = await socketTarget(echo);
    const live = await recorder.socket({ url: target.url });
    await expect(live.close(1006)).rejects.toThrow('valid error code');
    live.send('1');
    expect(await live.frame(0)).toMatchObject({ json: 1 });
    expect((await live.close()).end?.kind).toBe('left');
  });

  test.each([
    ['FIN', (socket: net.Socket) => void socket.end()],
    ['RST', (socket: net.Socket) => void socket.resetAndDestroy()],
  ])('the connection breaks: %s', async (how, cut) => {
    const sockets: net.Socket[] = [];
    await using target = await socketTarget((socket, { socket: wire }) => {
      sockets.push(wire);
      socket.send('1');
    });
    const live = await recorder.socket({ url: target.url });
    await live.frame(0);
    cut(sockets[0]!);
    expect((await live.ended).end).toMatchObject({
      kind: 'broken',
      code: 1006,
      message: expect.stringMatching(`^the peer .* \\(${how}\\) without a close frame$`),
    });
    expect(live.exchange.frames).toHaveLength(1);
  });

  test('the peer hangs up on our close frame', async () => {
    await using target = await handmadeSocket((socket) => void socket.once('data', () => socket.end()));
    const live = await recorder.socket({ url: target.url });
    expect((await live.close()).end).toMatchObject({
      kind: 'broken',
      code: 1006,
      message: 'the peer closed the connection (FIN) before it answered the close frame',
    });
  });

  test('the peer does not answer our close frame', async () => {
    await using target = await handmadeSocket(() => {});
    const live = await recorder.socket({ url: target.url, limits: { inactivityMs: 60 } });
    expect((await live.close()).end).toMatchObject({ kind: 'timeout', message: 'nothing came for 60 ms' });
  });

  test('leave() cuts the connection without a close frame', async () => {
    const seen = Promise.withResolvers<number>();
    await using target = await socketTarget((socket) => void socket.on('close', (code) => seen.resolve(code)));
    const live = await recorder.socket({ url: target.url });
    const waiting = live.frame(0);
    const { end } = await live.leave();
    expect(end).toEqual({ atMs: expect.any(Number), kind: 'left' });
    expect(await waiting).toBeUndefined();
    expect(await seen.promise).toBe(1006);
  });

  test('closing the recorder ends it, and leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const gone = Promise.withResolvers<void>();
    await using target = await socketTarget((socket) => void socket.on('close', () => gone.resolve()));
    await using first = new Recorder();
    const play = first.derive({});
    const live = await play.socket({ url: target.url });
    live.send('1');
    await play.close();
    expect((await live.ended).end).toMatchObject({ kind: 'left', message: 'the recorder was closed' });
    await gone.promise;
    expect(vi.getTimerCount()).toBe(0);
    expect((await play.socket({ url: target.url })).exchange.end).toMatchObject({
      kind: 'left',
      message: 'the recorder was closed',
    });
  });
});
