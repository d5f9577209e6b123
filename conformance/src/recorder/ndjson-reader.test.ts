import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunk, httpTarget, tcpTarget } from './loopback.test.data.ts';
import { Recorder } from './recorder.ts';

let recorder: Recorder;
beforeAll(() => void (recorder = new Recorder()));
afterAll(() => recorder.close());

const NDJSON = { 'content-type': 'application/x-ndjson' };
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n';

/** A stream of these chunks, each in its own write. */
async function stream(...chunks: (string | Buffer)[]) {
  await using target = await tcpTarget(async (socket) => {
    socket.setNoDelay(true);
    socket.write(HEAD);
    for (const content of chunks) {
      await new Promise((written) => socket.write(chunk(content), written));
      await new Promise(setImmediate);
    }
    socket.end(chunk(''));
  });
  return await recorder.request({ method: 'GET', url: target.url });
}

test('lines become frames', async () => {
  const { frames, response, end } = await stream('{"type":"text_delta","text":"é"}\n{"type":"done"}\n', 'oops\n42\n');
  expect(frames).toEqual([
    {
      index: 0,
      atMs: expect.any(Number),
      direction: 'in',
      kind: 'ndjson',
      data: '{"type":"text_delta","text":"é"}',
      json: { type: 'text_delta', text: 'é' },
    },
    {
      index: 1,
      atMs: expect.any(Number),
      direction: 'in',
      kind: 'ndjson',
      data: '{"type":"done"}',
      json: { type: 'done' },
    },
    {
      index: 2,
      atMs: expect.any(Number),
      direction: 'in',
      kind: 'ndjson',
      data: 'oops',
      jsonError: expect.any(String),
    },
    { index: 3, atMs: expect.any(Number), direction: 'in', kind: 'ndjson', data: '42', json: 42 },
  ]);
  expect(end).toMatchObject({ kind: 'complete' });
  expect(end).not.toHaveProperty('message');
  expect(response).not.toHaveProperty('body');
});

test('whatever the chunks, the frames hold every byte', async () => {
  const texts = fc.array(fc.constantFrom('\n', '\n', '\r', '\r\n', '{}', '{"é":', '"😀"}', ' ', '\uFEFF', '\u2028'), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), async (pieces, cuts) => {
      const text = pieces.join('');
      const bytes = Buffer.from(text);
      const places = [...new Set([...cuts.map((place) => place % bytes.length), bytes.length])]
        .filter(Boolean)
        .toSorted((a, b) => a - b);
      const { frames, end } = await stream(...places.map((to, index) => bytes.subarray(places[index - 1] ?? 0, to)));
      const last = text.endsWith('\n') ? '\n' : '';
      expect(frames.map(({ data }) => data).join('\n') + last).toBe(text);
      expect(end?.kind).toBe(last ? 'complete' : 'malformed');
    }),
    { numRuns: 60 },
  );
});

test('nothing is forgiven, so that everything can be checked', async () => {
  const { frames, end } = await stream('\uFEFF{}\n', '{"a":1}\r\n', '\n', ' \r\n', '{"b":\r2}\n');
  expect(frames.map(({ data, json }) => [data, json])).toEqual([
    ['\uFEFF{}', undefined],
    ['{"a":1}\r', { a: 1 }],
    ['', undefined],
    [' \r', undefined],
    ['{"b":\r2}', { b: 2 }],
  ]);
  expect(frames.map(({ jsonError }) => jsonError)).toEqual([
    expect.any(String),
    undefined,
    'a blank line',
    'a blank line',
    undefined,
  ]);
  expect(end).toMatchObject({ kind: 'complete' });
});

test('frame(i) waits, and passes over blank lines', async () => {
  let more: (() => void) | undefined;
  await using target = await httpTarget((_, response) => {
    response.writeHead(200, NDJSON).write('\n1\n\n');
    more = () => void response.end('\r\n2\n');
  });
  const live = await recorder.open({ method: 'GET', url: target.url });
  expect(await live.frame(0)).toMatchObject({ index: 1, json: 1 });
  const waiting = [live.frame(1), live.frame(2)];
  more?.();
  expect(await Promise.all(waiting)).toMatchObject([{ index: 4, json: 2 }, undefined]);
});

test('a frame has the time of the chunk that completed it', async () => {
  let rest = () => {};
  await using target = await httpTarget((_, response) => {
    response.writeHead(200, NDJSON).write('1\n2\n3');
    rest = () => void response.end('\n');
  });
  const live = await recorder.open({ method: 'GET', url: target.url });
  await live.frame(1);
  await sleep(60);
  rest();
  const { frames } = await live.ended;
  const [first, second, third] = frames.map((frame) => frame.atMs) as [number, number, number];
  expect(second).toBe(first);
  expect(third - first).toBeGreaterThan(50);
});

test.each([
  ['whole', '{"type":"done"}', { json: { type: 'done' } }],
  ['cut', '{"type":"do', { jsonError: expect.any(String) }],
])('a last line without LF, %s', async (_, text, reading) => {
  const { frames, end } = await stream('{}\n', text);
  expect(end).toMatchObject({ kind: 'malformed', message: `the last line has no LF: ${text}` });
  expect(frames).toMatchObject([{ json: {} }, { data: text, ...reading }]);
});

test('bytes that are not UTF-8 spoil their own line only', async () => {
  const { frames, end } = await stream('{}\n{"a":"', Buffer.from([0xc3]), '"}\n{}\n', Buffer.from([0xff]));
  expect(frames).toMatchObject([
    { json: {} },
    { data: '{"a":"\uFFFD"}', jsonError: 'not UTF-8' },
    { json: {} },
    { data: '\uFFFD', jsonError: 'not UTF-8' },
  ]);
  expect(frames[1]).not.toHaveProperty('json');
  expect(end).toMatchObject({
    kind: 'malformed',
    message: 'bytes that are not UTF-8, in frame 1; the last line has no LF: \uFFFD',
  });
});

test.each([
  'application/x-ndjson',
  'Application/X-NDJSON; charset=utf-8',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
])('%s is NDJSON', async (type) => {
  await using target = await httpTarget((_, response) =>
    response.writeHead(200, { 'content-type': type }).end('1\n2\n'),
  );
  expect((await recorder.request({ method: 'GET', url: target.url })).frames).toHaveLength(2);
});

test.each(['application/json', 'text/plain', 'application/x-ndjson-seq'])('%s is not', async (type) => {
  await using target = await httpTarget((_, response) => response.writeHead(200, { 'content-type': type }).end('{}\n'));
  const { frames, response } = await recorder.request({ method: 'GET', url: target.url });
  expect(frames).toEqual([]);
  expect(response?.body).toEqual({ text: '{}\n' });
});

test('a stream that is cut within a line keeps its lines', async () => {
  await using target = await tcpTarget(
    (socket) => void socket.end(Buffer.concat([Buffer.from(HEAD), chunk('1\n{"a"')])),
  );
  const { frames, end, response } = await recorder.request({ method: 'GET', url: target.url });
  expect(end).toMatchObject({ kind: 'broken' });
  expect(frames).toMatchObject([{ json: 1 }]);
  expect(response).not.toHaveProperty('body');
});

test('what a stream without lines was instead is kept', async () => {
  await using target = await tcpTarget(
    (socket) => void socket.end(Buffer.concat([Buffer.from(HEAD), chunk('<html>')])),
  );
  expect(await recorder.request({ method: 'GET', url: target.url })).toMatchObject({
    end: { kind: 'broken' },
    frames: [],
    response: { body: { text: '<html>' } },
  });
});

test('silence within a stream', async () => {
  await using target = await tcpTarget((socket) => void socket.write(Buffer.concat([Buffer.from(HEAD), chunk('1\n')])));
  const { end, frames } = await recorder.request({ method: 'GET', url: target.url, limits: { inactivityMs: 40 } });
  expect(end).toMatchObject({ kind: 'timeout', message: 'nothing came for 40 ms' });
  expect(frames).toHaveLength(1);
});

test.each([
  ['lines', { frames: 50 }, 50, 'more than 50 frames'],
  ['bytes', { bodyBytes: 5000 }, 1250, 'more than 5000 bytes of content'],
])('an endless stream, cut by its %s', async (_, limits, count, message) => {
  await using target = await httpTarget((__, response) => {
    response.writeHead(200, NDJSON);
    const more = () => {
      while (response.write('{ }\n') && !response.destroyed);
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  const { end, frames } = await recorder.request({ method: 'GET', url: target.url, limits });
  expect(end).toMatchObject({ kind: 'limit', message });
  expect(frames).toHaveLength(count);
});

test('an empty stream is complete', async () => {
  const { response, frames, end } = await stream();
  expect({ frames, kind: end?.kind }).toEqual({ frames: [], kind: 'complete' });
  expect(response).not.toHaveProperty('body');
});
