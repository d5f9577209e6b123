import type net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asSocket, handmadeSocket } from './handmade-socket.test.data.ts';
import { httpTarget, socketTarget, tcpTarget } from './loopback.test.data.ts';
import { Recorder } from './recorder.ts';

/** Sockets that never open, or that a limit ends. */

let recorder: Recorder;
beforeAll(() => void (recorder = new Recorder()));
afterAll(() => recorder.close());

describe('no socket', () => {
  test('a refused upgrade is the response that it is', async () => {
    await using target = await asSocket(
      httpTarget((_, response) =>
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}'),
      ),
    );
    const live = await recorder.socket({ url: target.url });
    live.send('x');
    expect(await live.frame(0)).toBeUndefined();
    expect(await live.close()).toMatchObject({
      end: { kind: 'complete' },
      response: { status: 404, json: { detail: 'Not Found' } },
      frames: [],
    });
  });

  test('nobody listens', async () => {
    const target = await socketTarget(() => {});
    await target[Symbol.asyncDispose]();
    const live = await recorder.socket({ url: target.url });
    expect(live.exchange.end).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
    expect(live.exchange).not.toHaveProperty('response');
    expect(await live.leave()).toBe(live.exchange);
  });

  test('the upgrade is never answered', async () => {
    await using target = await handmadeSocket(
      () => {},
      () => '',
    );
    const live = await recorder.socket({ url: target.url, limits: { inactivityMs: 40 } });
    expect(live.exchange.end).toMatchObject({ kind: 'timeout', message: 'nothing came for 40 ms' });
  });

  test.each([
    ['closed', 'FIN', (socket: net.Socket) => void socket.end()],
    ['reset', 'RST', (socket: net.Socket) => void socket.resetAndDestroy()],
  ])('the connection is %s before the answer', async (_, how, play) => {
    await using target = await asSocket(tcpTarget(play));
    expect((await recorder.socket({ url: target.url })).exchange.end).toMatchObject({
      kind: 'broken',
      message: expect.stringContaining(`(${how}) before it answered`),
    });
  });

  test.each([
    [
      'the wrong accept',
      () =>
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
      'not valid WebSocket: Invalid Sec-WebSocket-Accept header',
    ],
    [
      'another protocol',
      () => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
      'not valid WebSocket: Invalid Upgrade header',
    ],
  ])('an upgrade with %s', async (_, head, message) => {
    await using target = await handmadeSocket(() => {}, head);
    const { exchange, ended } = await recorder.socket({ url: target.url });
    await ended;
    expect(exchange).toMatchObject({ end: { kind: 'malformed', message }, response: { status: 101 } });
  });

  test.each(['', 'http://127.0.0.1/', 'ws://127.0.0.1:99999/'])('a URL like %j is not reachable', async (url) => {
    const { exchange } = await recorder.socket({ url });
    expect(exchange.end).toMatchObject({
      kind: 'unreachable',
      message: `expected an ws: or wss: URL, got ${JSON.stringify(url)}`,
    });
  });

  test.each([
    ['a header that cannot be written', { headers: [['X', 'a\nb']] as [string, string][] }],
    ['a subprotocol that is none', { protocols: ['a b'] }],
  ])('%s is our own fault', async (_, spec) => {
    const { exchange } = await recorder.socket({ url: 'ws://127.0.0.1:1/', ...spec });
    expect(exchange.end).toMatchObject({ kind: 'left', message: expect.stringContaining('could not be written') });
  });
});

describe('limits', () => {
  test('silence', async () => {
    await using target = await socketTarget((socket) => socket.send('1'));
    const live = await recorder.socket({ url: target.url, limits: { inactivityMs: 40 } });
    const { end, frames } = await live.ended;
    expect(end).toMatchObject({ kind: 'timeout', message: 'nothing came for 40 ms' });
    expect(frames).toHaveLength(1);
  });

  test('one message that is too large, whether it comes whole or not', async () => {
    await using target = await socketTarget((socket) => {
      socket.send('x'.repeat(1000));
      socket.send('x'.repeat(1001));
    });
    const { end, frames } = await (await recorder.socket({ url: target.url, limits: { bodyBytes: 1000 } })).ended;
    expect(end).toMatchObject({ kind: 'limit', message: 'a message of more than 1000 bytes' });
    expect(frames).toHaveLength(1);

    await using endless = await handmadeSocket(
      (socket) => void socket.write(Buffer.from([0x81, 127, 0, 0, 0, 0, 255, 0, 0, 0])),
    );
    expect((await (await recorder.socket({ url: endless.url })).ended).end).toMatchObject({ kind: 'limit' });
  });

  test.each([
    ['bytes', { bodyBytes: 100 }, 10, 'more than 100 bytes of content'],
    ['frames', { frames: 7 }, 7, 'more than 7 frames'],
  ])('too many messages, by their %s', async (_, limits, count, message) => {
    await using target = await socketTarget((socket) => {
      for (let index = 0; index < 20; index++) socket.send('0123456789');
    });
    const { end, frames } = await (await recorder.socket({ url: target.url, limits })).ended;
    expect(end).toMatchObject({ kind: 'limit', message });
    expect(frames).toHaveLength(count);
  });

  test.each([
    ['an opcode that is none', [0x83, 0], 'WS_ERR_INVALID_OPCODE'],
    ['a masked frame', [0x81, 0x81, 0, 0, 0, 0, 0x61], 'WS_ERR_UNEXPECTED_MASK'],
    ['text that is not UTF-8', [0x81, 1, 0xff], 'WS_ERR_INVALID_UTF8'],
    ['a close code that is none', [0x88, 2, 0x03, 0xed], 'WS_ERR_INVALID_CLOSE_CODE'],
  ])('%s', async (_, bytes, code) => {
    await using target = await handmadeSocket((socket) => void socket.write(Buffer.from([0x81, 1, 0x31, ...bytes])));
    const { end, frames } = await (await recorder.socket({ url: target.url })).ended;
    expect(end).toMatchObject({ kind: 'malformed', message: expect.stringContaining(code) });
    expect(frames).toMatchObject([{ json: 1 }]);
  });
});
