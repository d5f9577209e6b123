import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import type { Fixture, FixtureExchange, FixtureResponse } from '@agentproto/recording/fixture';
import { VirtualClock } from '@agentproto/script';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createReplayServer, type ReplayOptions, type ReplayServer } from './replay-server.ts';

const exchange = (
  [method, path, body]: [method: string, path: string, body?: string],
  response: Partial<FixtureResponse>,
): FixtureExchange => ({
  atMs: 0,
  request: { method, path, headers: [], ...(body !== undefined && { body: { text: body } }) },
  response: { status: 200, headers: [], afterMs: 0, pieces: [], end: 'complete', ...response },
});
const saying = (text: string) => ({ pieces: [{ afterMs: 0, text }] });

async function replaying(exchanges: FixtureExchange[], options: ReplayOptions & Partial<Fixture> = {}) {
  const { origin, ...rest } = options;
  const server = await createReplayServer({ exchanges, ...(origin && { origin }) }, rest);
  onTestFinished(() => server.close());
  return server;
}
const post = async ({ url }: ReplayServer, path: string, body: string) =>
  (await fetch(url + path, { method: 'POST', body })).text();

describe('which answer is given', () => {
  test('the next that was not played, and when all were, the last again', async () => {
    const server = await replaying([
      exchange(['GET', '/a'], saying('one')),
      exchange(['GET', '/a'], saying('two')),
      exchange(['GET', '/a?page=2'], saying('page')),
    ]);
    const get = async (path: string) => (await fetch(server.url + path)).text();
    expect([await get('/a'), await get('/a?page=2'), await get('/a'), await get('/a')]).toEqual([
      ...['one', 'page', 'two', 'two'],
    ]);
    expect(server.unplayed).toEqual([]);
    server.reset();
    expect(await get('/a')).toBe('one');
    expect(server.unplayed).toHaveLength(2);
  });

  test('the one whose body is the same, then the one that is the same but for ids', async () => {
    const server = await replaying([
      exchange(['POST', '/', '{"id":1,"text":"a"}'], saying('a')),
      exchange(['POST', '/', '{"id":2,"text":"b"}'], saying('b')),
      exchange(['POST', '/', '{"id":3,"text":"b"}'], saying('b again')),
    ]);
    expect(await post(server, '/', '{"id":9,"text":"b"}')).toBe('b');
    expect(await post(server, '/', '{"id":1,"text":"a"}')).toBe('a');
    expect(await post(server, '/', '{"id":9,"text":"c"}')).toBe('b again');
  });

  test('never that of another method of JSON-RPC; what there is none of is told', async () => {
    const rpc = (method: string, id: number | string) => JSON.stringify({ jsonrpc: '2.0', id, method });
    const server = await replaying([exchange(['POST', '/rpc', rpc('GetTask', 1)], saying('{"jsonrpc":"2.0","id":1}'))]);
    const answer = await fetch(`${server.url}/rpc`, { method: 'POST', body: rpc('ListTasks', 1) });
    expect([answer.status, await answer.text()]).toEqual([
      404,
      'replay: nothing was recorded for POST /rpc ListTasks; recorded are: POST /rpc GetTask\n',
    ]);
    expect(server.unmatched).toEqual(['POST /rpc ListTasks']);
    expect(await post(server, '/rpc', rpc('GetTask', 'new'))).toBe('{"jsonrpc":"2.0","id":"new"}');
  });
});

test('what a recording hides of a request tells no two apart', async () => {
  const server = await replaying([
    exchange(['GET', '/a?api_key=[redacted]&page=1'], saying('one')),
    exchange(['GET', '/a?api_key=[redacted]&page=2'], saying('two')),
    exchange(['POST', '/a', '{"password":"[redacted]","n":1}'], saying('first')),
    exchange(['POST', '/a', '{"password":"[redacted]","n":2}'], saying('second')),
    exchange(['GET', '/key/[redacted]'], saying('mine')),
  ]);
  const get = async (path: string, headers = {}) => (await fetch(server.url + path, { headers })).text();
  expect(await get('/a?api_key=0123456789&page=2')).toBe('two');
  expect(await post(server, '/a', '{"password":"hunter22","n":2}')).toBe('second');
  expect(await get('/key/0123456789', { authorization: 'Bearer 0123456789' })).toBe('mine');
  expect(await get('/b?api_key=0123456789')).toContain('nothing was recorded for GET /b?api_key=[redacted]; recorded');
});

test('each id of a batch follows its own', async () => {
  const call = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'm' });
  const recorded = JSON.stringify([call(1), { jsonrpc: '2.0', method: 'n' }, call(null), call('b')]);
  const answer = '[ {"id":"b","result":[{"id":1}]}, {"id":1,"text":"]{"}, {"id":null} ]';
  const server = await replaying([exchange(['POST', '/', recorded], saying(answer))]);
  const asked = JSON.stringify([call('x'), { jsonrpc: '2.0', method: 'n' }, call(2), call(1)]);
  expect(await post(server, '/', asked)).toBe('[ {"id":1,"result":[{"id":1}]}, {"id":"x","text":"]{"}, {"id":2} ]');
  const other = await fetch(server.url, { method: 'POST', body: JSON.stringify([call(1)]) });
  expect(await other.text()).toContain('nothing was recorded for POST / m; recorded are: POST / m, n, m, m');
});

test('ids and addresses follow the request, wherever the wire cut them, and nothing else does', async () => {
  const asked = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, method: 'm' });
  const event = (text: string) => `data: {"result":{"id":7,"text":"\\"id\\":7"},"id":7,"x":"${text}"}\n\n`;
  const whole = event('http://127.0.0.1:1/a') + event('ü');
  const pieces = [...whole].map((text) => ({ afterMs: 0, text }));
  const server = await replaying([exchange(['POST', '/', asked(7)], { pieces, headers: [['Content-Length', '1']] })], {
    origin: 'http://127.0.0.1:1',
  });
  const answer = await fetch(server.url, { method: 'POST', body: asked(1234) });
  const expected = whole.replaceAll('},"id":7', '},"id":1234').replace('http://127.0.0.1:1', server.url);
  expect(await answer.text()).toBe(expected);
  expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(expected)));
});

test('pauses are those of the recording, at the speed that was asked for', async () => {
  const clock = new VirtualClock();
  const pieces = [
    { afterMs: 0, text: 'a' },
    { afterMs: 60_000, text: 'b' },
  ];
  const server = await replaying([exchange(['GET', '/'], { pieces, afterMs: 1_000 })], { clock, speed: 2 });
  const answered = fetch(server.url);
  await clock.sleeping();
  const began = clock.now();
  await clock.advance(500);
  const reader = (await answered).body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe('a');
  await clock.sleeping();
  await clock.advance(29_999);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(Buffer.from((await reader.read()).value!).toString()).toBe('b');
  expect(clock.now() - began).toBe(30_500);
});

test('an answer that broke breaks; bytes that are no text, and headers, come as they were', async () => {
  const headers: [string, string][] = [
    ['X-B', '1'],
    ['x-b', '2ü'],
  ];
  const server = await replaying([
    exchange(['GET', '/'], { status: 206, headers, pieces: [{ afterMs: 0, base64: '/wA=' }], end: 'broken' }),
  ]);
  const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  let came = '';
  socket.setEncoding('latin1').on('data', (text: string) => (came += text));
  await once(socket, 'close');
  expect(came).toMatch(/^HTTP\/1\.1 206 [^\r]*\r\nX-B: 1\r\nx-b: 2ü\r\n/);
  expect(came).toContain('\r\n\r\n2\r\n\xff\0\r\n');
  expect(came).not.toContain('0\r\n\r\n');
});

test('a WebSocket: what the server said, each after what it came after, and its close', async () => {
  const server = await replaying([
    exchange(['GET', '/ws'], {
      status: 101,
      closeCode: 4000,
      messages: [
        { from: 'server', afterMs: 0, text: 'hello' },
        { from: 'client', afterMs: 0, text: 'one' },
        { from: 'server', afterMs: 0, text: 'two' },
        { from: 'server', afterMs: 0, base64: '/w==' },
      ],
    }),
  ]);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`);
  const got: (string | Buffer)[] = [];
  socket.on('message', (content: Buffer, isBinary) => {
    got.push(isBinary ? content : content.toString());
    if (got.length === 1) setImmediate(() => socket.send('mine'));
  });
  const [code] = (await once(socket, 'close')) as [number];
  expect([got, code]).toEqual([['hello', 'two', Buffer.from([0xff])], 4000]);
});

test('a WebSocket is asked for, or is not; and one that was refused is refused again', async () => {
  const server = await replaying([
    exchange(['GET', '/ws'], { status: 101, messages: [{ from: 'server', afterMs: 0, text: 'hello' }] }),
    exchange(['GET', '/ws'], { status: 426, ...saying('use a WebSocket') }),
    {
      ...exchange(['GET', '/no'], { status: 401, headers: [['WWW-Authenticate', 'Bearer']], ...saying('no') }),
      request: { method: 'GET', path: '/no', headers: [['Upgrade', 'websocket']] },
    },
  ]);
  const plain = await fetch(`${server.url}/ws`);
  expect([plain.status, await plain.text()]).toEqual([426, 'use a WebSocket']);
  const asking = (path: string) => new WebSocket(server.url.replace('http', 'ws') + path);
  const [hello] = (await once(asking('/ws'), 'message')) as [Buffer];
  expect(hello.toString()).toBe('hello');
  const answerOf = async (path: string) => {
    const [, response] = (await once(asking(path), 'unexpected-response')) as [unknown, IncomingMessage];
    return [
      response.statusCode,
      response.headers['www-authenticate'],
      Buffer.concat(await response.toArray()).toString(),
    ];
  };
  expect(await answerOf('/no')).toEqual([401, 'Bearer', 'no']);
  expect(await answerOf('/other')).toEqual([
    404,
    undefined,
    'replay: nothing was recorded for GET /other (WebSocket); recorded are: GET /ws (WebSocket), GET /ws, GET /no (WebSocket)\n',
  ]);
});

test('a client that leaves, and closing, end what waits', async () => {
  const pieces = [
    { afterMs: 0, text: 'a' },
    { afterMs: 1e6, text: 'b' },
  ];
  const server = await replaying([exchange(['GET', '/'], { pieces }), exchange(['GET', '/'], { pieces, end: 'left' })]);
  const leaving = new AbortController();
  const left = await fetch(server.url, { signal: leaving.signal });
  leaving.abort();
  await expect(left.text()).rejects.toThrow('aborted');
  const held = (await fetch(server.url)).text();
  await Promise.all([expect(held).rejects.toThrow('terminated'), server.close()]);
});
