import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LOCALHOST } from './localhost.test.data.ts';
import { chunk, httpTarget, listen, SSE_HEAD, tcpTarget } from './loopback.test.data.ts';
import { Recorder } from './recorder.ts';

let recorder: Recorder;
beforeAll(() => void (recorder = new Recorder()));
afterAll(() => recorder.close());

const get = (url: string, more = {}) => recorder.request({ method: 'GET', url, ...more });
const answer = (content: string | Buffer) => tcpTarget((socket) => void socket.end(content));

describe('complete', () => {
  test('keeps raw headers in their order and case, and reads JSON whatever its media type', async () => {
    await using target = await answer(
      'HTTP/1.1 200 OK\r\nx-B: 1\r\nX-a: 2\r\nX-B: 3\r\ncontent-LENGTH: 7\r\n\r\n{"a":1}',
    );
    const { response, end } = await get(target.url);
    expect(end).toMatchObject({ kind: 'complete' });
    expect(end).not.toHaveProperty('message');
    expect(response?.headers).toEqual([
      ['x-B', '1'],
      ['X-a', '2'],
      ['X-B', '3'],
      ['content-LENGTH', '7'],
    ]);
    expect(response).toMatchObject({ status: 200, body: { text: '{"a":1}' }, json: { a: 1 } });
  });

  test.each([
    ['an HTML page', 'text/html', '<h1>Hello</h1>', {}],
    ['JSON that is none', 'text/plain', '{"a":', { jsonError: expect.any(String) }],
    ['a JSON type without JSON', 'application/a2a+json; charset=utf-8', 'oops', { jsonError: expect.any(String) }],
    ['a JSON scalar of a JSON type', 'application/json', '"text"', { json: 'text' }],
    [
      'JSON too deep to walk',
      'application/json',
      '['.repeat(5000) + ']'.repeat(5000),
      { jsonError: 'nested deeper than 512 levels' },
    ],
  ])('%s', async (_, type, text, reading) => {
    await using target = await httpTarget((__, response) =>
      response.writeHead(200, { 'content-type': type }).end(text),
    );
    const { response, end } = await get(target.url);
    const { body, json, jsonError } = response!;
    expect(end?.kind).toBe('complete');
    expect(body).toEqual({ text });
    expect({ ...(json === undefined ? {} : { json }), ...(jsonError === undefined ? {} : { jsonError }) }).toEqual(
      reading,
    );
  });

  test('bytes that are not UTF-8 are kept as base64', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    await using target = await httpTarget((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(bytes),
    );
    expect((await get(target.url)).response).toMatchObject({
      body: { base64: bytes.toString('base64') },
      jsonError: 'not UTF-8',
    });
  });

  test.each([
    ['GET', 204],
    ['GET', 304],
    ['HEAD', 200],
  ])('%s answered %i without content, though with a coding and a type', async (method, status) => {
    await using target = await httpTarget((_, response) =>
      response.writeHead(status, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }).end(),
    );
    const { response, frames, end } = await recorder.request({ method, url: target.url });
    expect(end).toMatchObject({ kind: 'complete' });
    expect(response?.status).toBe(status);
    expect(response).not.toHaveProperty('body');
    expect(frames).toEqual([]);
  });

  test('content without a length ends with the connection', async () => {
    await using target = await answer('HTTP/1.1 200 OK\r\n\r\nall of it');
    expect(await get(target.url)).toMatchObject({
      end: { kind: 'complete' },
      response: { body: { text: 'all of it' } },
    });
  });

  test('a redirect is recorded and not followed', async () => {
    await using target = await httpTarget((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    const { response } = await get(target.url);
    expect(response?.status).toBe(302);
    expect(response?.headers).toContainEqual(['location', '/elsewhere']);
  });

  test.each([
    ['gzip', zlib.gzipSync],
    ['X-GZIP', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['br', zlib.brotliCompressSync],
    ['zstd', zlib.zstdCompressSync],
  ] as const)('%s is undone though we did not ask for it', async (coding, compress) => {
    await using target = await httpTarget((_, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(compress('{"a":1}')),
    );
    expect(await get(target.url)).toMatchObject({ end: { kind: 'complete' }, response: { json: { a: 1 } } });
  });

  test('an answer to a request that is not yet read', async () => {
    await using target = await httpTarget((_, response) =>
      response.writeHead(413, { connection: 'close' }).end('too much'),
    );
    const { response } = await recorder.request({
      method: 'POST',
      url: target.url,
      body: Buffer.alloc(12 * 1024 * 1024, 'x'),
    });
    expect(response).toMatchObject({ status: 413, body: { text: 'too much' } });
  });
});

describe('broken', () => {
  test.each([
    [
      'FIN before the answer',
      (socket: net.Socket) => socket.end(),
      'the peer closed the connection (FIN) before it answered',
      undefined,
    ],
    [
      'RST before the answer',
      (socket: net.Socket) => socket.resetAndDestroy(),
      'the peer reset the connection (RST) before it answered',
      undefined,
    ],
    [
      'FIN within the head',
      (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\nX:'),
      'the peer closed the connection (FIN) before it answered',
      undefined,
    ],
    [
      'FIN short of the length',
      (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a":'),
      'the peer closed the connection (FIN) before the response was complete',
      '{"a":',
    ],
    [
      'FIN within a chunked body',
      (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
      'the peer closed the connection (FIN) before the response was complete',
      'abc',
    ],
  ])('%s', async (_, play, message, text) => {
    await using target = await tcpTarget(play);
    const { end, response } = await get(target.url);
    expect(end).toMatchObject({ kind: 'broken', message });
    expect(response?.body).toEqual(text === undefined ? undefined : { text });
    expect(response ?? {}).not.toHaveProperty('jsonError');
  });

  test.each([
    ['FIN', (socket: net.Socket) => void socket.end()],
    ['RST', (socket: net.Socket) => void socket.resetAndDestroy()],
  ])('%s within a stream, after a frame', async (how, cut) => {
    const sockets: net.Socket[] = [];
    await using target = await tcpTarget((socket) => {
      sockets.push(socket);
      socket.write(Buffer.concat([Buffer.from(SSE_HEAD), chunk('data: 1\n\ndata: hal')]));
    });
    const live = await recorder.open({ method: 'GET', url: target.url });
    expect(await live.frame(0)).toMatchObject({ data: '1' });
    cut(sockets[0]!);
    const { end, frames } = await live.ended;
    expect(end).toMatchObject({
      kind: 'broken',
      message: expect.stringContaining(`(${how}) before the response was complete`),
    });
    expect(frames).toHaveLength(1);
  });

  test('a coded body that breaks off shows what came', async () => {
    const whole = zlib.gzipSync(Buffer.alloc(200_000, 'abcdefghij'), { level: 0 });
    await using target = await tcpTarget((socket) => {
      socket.end(
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${whole.length}\r\n\r\n`),
          whole.subarray(0, 100_000),
        ]),
      );
    });
    const { end, response } = await get(target.url);
    expect(end).toMatchObject({ kind: 'broken' });
    expect(response?.body).toMatchObject({ text: expect.stringMatching(/^abcdefghij/) });
  });
});

describe('unreachable', () => {
  test('a port where nobody listens', async () => {
    const target = await answer('');
    await target[Symbol.asyncDispose]();
    const { end, response } = await get(target.url);
    expect(end).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
    expect(response).toBeUndefined();
    const localhost = await get(target.url.replace('127.0.0.1', 'localhost'));
    expect(localhost.end).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
  });

  test('a name that means nothing', async () => {
    // Too long a label for the name to leave this machine.
    const { end } = await get(`http://${'x'.repeat(64)}.invalid/`);
    expect(end).toMatchObject({ kind: 'unreachable', message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
  });

  test('a TLS handshake that never comes to its end', async () => {
    await using target = await listen(net.createServer(), 'https');
    const { end } = await get(target.url, { limits: { connectMs: 40 } });
    expect(end).toMatchObject({ kind: 'unreachable', message: 'no connection within 40 ms' });
  });

  test('a certificate that nobody vouches for; once it is trusted, TLS is as good as TCP', async () => {
    await using target = await listen(
      https.createServer(LOCALHOST, (_, response) => response.end('safe')),
      'https',
    );
    expect((await get(target.url)).end).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    });
    const before = tls.getCACertificates();
    tls.setDefaultCACertificates([...before, LOCALHOST.cert]);
    try {
      for (const time of [1, 2])
        expect(await get(target.url), `time ${time}`).toMatchObject({
          end: { kind: 'complete' },
          response: { body: { text: 'safe' } },
        });
      const raw = await recorder.raw({ url: target.url, pieces: ['GET / HTTP/1.1\r\nHost: x\r\n\r\n'] });
      expect(raw).toMatchObject({ end: { kind: 'complete' }, response: { body: { text: 'safe' } } });
    } finally {
      tls.setDefaultCACertificates(before);
    }
  });
});

describe('timeout', () => {
  test('no answer', async () => {
    await using target = await httpTarget(() => {});
    const { end, response } = await get(target.url, { limits: { inactivityMs: 40 } });
    expect(end).toMatchObject({ kind: 'timeout', message: 'nothing came for 40 ms' });
    expect(response).toBeUndefined();
  });

  test('silence within a stream', async () => {
    await using target = await tcpTarget(
      (socket) => void socket.write(Buffer.concat([Buffer.from(SSE_HEAD), chunk('data: 1\n\n')])),
    );
    const { end, frames } = await get(target.url, { limits: { inactivityMs: 40 } });
    expect(end).toMatchObject({ kind: 'timeout', message: 'nothing came for 40 ms' });
    expect(end!.atMs - frames[0]!.atMs).toBeGreaterThan(35);
    expect(frames).toHaveLength(1);
  });

  test('what keeps talking is cut at the absolute limit', async () => {
    let talk = () => {};
    await using target = await httpTarget((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      talk = () => void response.write(': still here\n\n');
      talk();
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const live = await recorder.open({ method: 'GET', url: target.url, limits: { inactivityMs: 80, totalMs: 200 } });
    for (let frames = 1; frames <= 3; frames++) {
      while (live.exchange.frames.length < frames) await new Promise(setImmediate);
      expect(live.exchange.end).toBeUndefined();
      vi.advanceTimersByTime(70);
      if (frames < 3) talk();
    }
    const { end, frames } = await live.ended;
    expect(end).toMatchObject({ kind: 'timeout', message: 'the exchange was not over within 200 ms' });
    expect(frames).toHaveLength(3);
  });

  test('when we were the slow ones, what lay in the socket counts first', async () => {
    await using target = await tcpTarget((socket) => {
      // After this the loop comes to its timers before it comes to its sockets.
      setImmediate(() => {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        const until = performance.now() + 150;
        while (performance.now() < until);
      });
    });
    expect(await get(target.url, { limits: { inactivityMs: 100 } })).toMatchObject({ end: { kind: 'complete' } });
  });
});

describe('limit', () => {
  test('a body that is too large, of which the permitted part is kept', async () => {
    await using target = await httpTarget((_, response) => response.end('x'.repeat(1001)));
    const { end, response } = await get(target.url, { limits: { bodyBytes: 1000 } });
    expect(end).toMatchObject({ kind: 'limit', message: 'more than 1000 bytes of content' });
    expect(response?.body).toEqual({ text: 'x'.repeat(1000) });
    expect((await get(target.url, { limits: { bodyBytes: 1001 } })).end?.kind).toBe('complete');
  });

  test('a small body that unpacks to a large one', async () => {
    await using target = await httpTarget((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync(Buffer.alloc(5_000_000))),
    );
    expect((await get(target.url, { limits: { bodyBytes: 100_000 } })).end).toMatchObject({ kind: 'limit' });
  });

  test.each([
    ['frames', { frames: 50 }, 'more than 50 frames'],
    ['bytes', { bodyBytes: 5000 }, 'more than 5000 bytes of content'],
  ])('an endless stream, cut by its %s', async (_, limits, message) => {
    await using target = await httpTarget((__, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const more = () => {
        while (response.write('data: 1\n\n') && !response.destroyed);
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const { end, frames } = await get(target.url, { limits });
    expect(end).toMatchObject({ kind: 'limit', message });
    expect(frames.length).toBe('frames' in limits ? 50 : Math.floor(5000 / 9));
  });

  test('a head that does not end', async () => {
    await using target = await answer(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`);
    expect((await get(target.url)).end).toMatchObject({ kind: 'limit', message: expect.stringContaining('head') });
  });
});

describe('malformed', () => {
  test.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', 'SSH-2.0'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n', 'HPE_INVALID_CONTENT_LENGTH'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc',
      'HPE_UNEXPECTED_CONTENT_LENGTH',
    ],
    ['more than the length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcdef', 'HPE_INVALID_CONSTANT'],
    [
      'a chunk size that is none',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n',
      'HPE_INVALID_CHUNK_SIZE',
    ],
    [
      'gzip that is none',
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab',
      'not valid gzip: incorrect header check',
    ],
    [
      'an unasked switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      'switches protocols',
    ],
  ])('%s', async (_, content, message) => {
    await using target = await answer(content);
    const { end } = await get(target.url);
    expect(end).toMatchObject({ kind: 'malformed', message: expect.stringContaining(message) });
  });

  test('what came before the fault is kept', async () => {
    await using target = await answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n');
    expect((await get(target.url)).response?.body).toEqual({ text: 'ab' });
  });
});

test('a server that speaks HTTP/1.0 is understood', async () => {
  await using target = await answer('HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"old":true}');
  expect(await get(target.url)).toMatchObject({ end: { kind: 'complete' }, response: { json: { old: true } } });
});
