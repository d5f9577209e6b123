import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunk, SSE_HEAD, httpTarget, tcpTarget } from './loopback.test.data.ts';
import { Recorder } from './recorder.ts';

let recorder: Recorder;
beforeAll(() => void (recorder = new Recorder()));
afterAll(() => recorder.close());

/** A stream of these chunks, each in its own write. */
async function stream(...chunks: (string | Buffer)[]) {
  await using target = await tcpTarget(async (socket) => {
    socket.setNoDelay(true);
    socket.write(SSE_HEAD);
    for (const content of chunks) {
      await new Promise((written) => socket.write(chunk(content), written));
      await new Promise(setImmediate);
    }
    socket.end(chunk(''));
  });
  return await recorder.request({ method: 'GET', url: target.url });
}

test('events and comments become frames, in the order of the wire', async () => {
  const { frames, response, end } = await stream(
    ': hello\n\nevent: turn\nid: 7\ndata: {"a":1}\n\n',
    ':\n\ndata: [DONE]\n\n',
  );
  expect(frames).toEqual([
    { index: 0, atMs: expect.any(Number), direction: 'in', kind: 'sse-comment', data: 'hello' },
    {
      index: 1,
      atMs: expect.any(Number),
      direction: 'in',
      kind: 'sse',
      event: 'turn',
      id: '7',
      data: '{"a":1}',
      json: { a: 1 },
    },
    { index: 2, atMs: expect.any(Number), direction: 'in', kind: 'sse-comment', data: '' },
    { index: 3, atMs: expect.any(Number), direction: 'in', kind: 'sse', data: '[DONE]', jsonError: expect.any(String) },
  ]);
  expect(end).toMatchObject({ kind: 'complete' });
  expect(response).not.toHaveProperty('body');
});

test('frame(i) counts events only, and waits for them', async () => {
  let more: (() => void) | undefined;
  await using target = await httpTarget((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': one\n\ndata: 1\n\n');
    more = () => void response.end(': two\n\ndata: 2\n\n');
  });
  const live = await recorder.open({ method: 'GET', url: target.url });
  expect(await live.frame(0)).toMatchObject({ index: 1, data: '1' });
  const waiting = [live.frame(1), live.frame(1), live.frame(2)];
  more?.();
  expect(await Promise.all(waiting)).toMatchObject([{ index: 3, data: '2' }, { index: 3, data: '2' }, undefined]);
  expect(await live.frame(0)).toMatchObject({ data: '1' });
  expect(await live.frame(9)).toBeUndefined();
});

test('a frame has the time of the chunk that completed it', async () => {
  let rest = () => {};
  await using target = await httpTarget((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\ndata: 2\n\ndata: 3\n');
    rest = () => void response.end('\n');
  });
  const live = await recorder.open({ method: 'GET', url: target.url });
  await live.frame(1);
  await sleep(60);
  rest();
  const { frames, end, response } = await live.ended;
  const [first, second, third] = frames.map((frame) => frame.atMs) as [number, number, number];
  expect(second).toBe(first);
  expect(third - first).toBeGreaterThan(50);
  expect(first).toBeGreaterThanOrEqual(response!.atMs);
  expect(end!.atMs).toBeGreaterThanOrEqual(third);
});

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('one byte a chunk, with %s', async (_, lineEnd) => {
  const text = ['\uFEFF: hi', '', 'data: {"é":', 'data: "€😀"}', '', 'data: 2', '', ''].join(lineEnd);
  const { frames, end } = await stream(...[...Buffer.from(text)].map((byte) => Buffer.from([byte])));
  expect(end).toMatchObject({ kind: 'complete' });
  expect(frames.map(({ kind, data }) => [kind, data])).toEqual([
    ['sse-comment', 'hi'],
    ['sse', '{"é":\n"€😀"}'],
    ['sse', '2'],
  ]);
  expect(frames[1]!.json).toEqual({ é: '€😀' });
});

test.each(['Text/Event-Stream', 'text/event-stream; charset=utf-8', 'TEXT/EVENT-STREAM;x=y'])(
  '%s is an event stream',
  async (type) => {
    await using target = await httpTarget((_, response) =>
      response.writeHead(200, { 'content-type': type }).end('data: 1\n\n'),
    );
    expect((await recorder.request({ method: 'GET', url: target.url })).frames).toHaveLength(1);
  },
);

test('another type is none', async () => {
  await using target = await httpTarget((_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('data: 1\n\n'),
  );
  const { frames, response } = await recorder.request({ method: 'GET', url: target.url });
  expect(frames).toEqual([]);
  expect(response?.body).toEqual({ text: 'data: 1\n\n' });
});

test('a packed stream flows as it comes', async () => {
  let finish: (() => void) | undefined;
  await using target = await httpTarget((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    const packed = zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH });
    packed.pipe(response);
    packed.write('data: 1\n\n');
    finish = () => void packed.end('data: 2\n\n');
  });
  const live = await recorder.open({ method: 'GET', url: target.url });
  expect(await live.frame(0)).toMatchObject({ data: '1' });
  expect(live.exchange.end).toBeUndefined();
  finish?.();
  expect(await live.frame(1)).toMatchObject({ data: '2' });
  expect((await live.ended).end?.kind).toBe('complete');
});

test.each([
  ['in the middle of a line', 'data: 1\n\ndata: {"cut', 'in the middle of a line: {"cut'],
  ['before its blank line', 'data: 1\n\nevent: x\ndata: 2\n', 'without the blank line that ends it: 2'],
])('a stream that stops within an event, %s', async (_, text, message) => {
  const { frames, end } = await stream(text);
  expect(end).toMatchObject({ kind: 'malformed', message: `the stream stopped within an event, ${message}` });
  expect(frames).toHaveLength(1);
});

test.each([
  [
    'at the end of a frame',
    [Buffer.from('data: 0\n\ndata: '), Buffer.from([0xc3]), Buffer.from('x\n\ndata: 2\n\n')],
    3,
  ],
  ['as the last byte', [Buffer.from('data: 0\n\n: '), Buffer.from([0xe2, 0x82])], 1],
])('bytes that are not UTF-8 are noted, %s', async (_, chunks, count) => {
  const { frames, end } = await stream(...chunks);
  expect(end).toMatchObject({ kind: 'malformed', message: 'bytes that are not UTF-8, after frame 0' });
  expect(frames).toHaveLength(count);
});

test('what a stream without frames was instead is kept', async () => {
  const { response, frames } = await stream('<html>', '<p>Sorry</p>\n');
  expect(frames).toEqual([]);
  expect(response?.body).toEqual({ text: '<html><p>Sorry</p>\n' });
});

test('an empty stream is complete', async () => {
  const { response, frames, end } = await stream();
  expect({ frames, kind: end?.kind }).toEqual({ frames: [], kind: 'complete' });
  expect(response).not.toHaveProperty('body');
});
