import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chunk, httpTarget, listen, SSE_HEAD, tcpTarget } from './loopback.test.data.ts';
import { Recorder } from './recorder.ts';

let recorder: Recorder;
beforeAll(() => void (recorder = new Recorder({ headers: [['Authorization', 'never sent raw']], label: 'raw' })));
afterAll(() => recorder.close());

test('the pieces go out as they are, and nothing else does', async () => {
  const received: Buffer[] = [];
  await using target = await listen(
    net.createServer((socket) => {
      socket.on('data', (bytes) => {
        received.push(bytes);
        if (Buffer.concat(received).includes('end'))
          socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}');
      });
    }),
  );
  const exchange = await recorder.raw({
    url: `${target.url}path`,
    pieces: ['POST  /two spaces\n', { pauseMs: 250 }, Buffer.from([0xff]), 'end'],
    operation: 'SendMessage',
  });
  expect(exchange.end!.atMs - exchange.request.atMs).toBeGreaterThan(240);
  const bytes = Buffer.concat([Buffer.from('POST  /two spaces\n'), Buffer.from([0xff]), Buffer.from('end')]);
  expect(Buffer.concat(received)).toEqual(bytes);
  expect(exchange).toMatchObject({
    label: 'raw',
    operation: 'SendMessage',
    hostile: true,
    request: { method: 'POST', url: `${target.url}path`, headers: [], body: { base64: bytes.toString('base64') } },
    response: { status: 400, json: {} },
    end: { kind: 'complete' },
  });
});

test('a malformed request to a real server', async () => {
  await using target = await httpTarget((_, response) => response.end('never'));
  const exchange = await recorder.raw({ url: target.url, pieces: ['NONSENSE\r\n\r\n'], hostile: false });
  expect(exchange).toMatchObject({
    request: { method: 'RAW', body: { text: 'NONSENSE\r\n\r\n' } },
    response: { status: 400 },
    end: { kind: 'complete' },
  });
  expect(exchange).not.toHaveProperty('hostile');
});

test('a whole request, whose streamed answer becomes frames', async () => {
  await using target = await tcpTarget(
    (socket) => void socket.write(Buffer.concat([Buffer.from(SSE_HEAD), chunk('data: 1\n\n'), chunk('')])),
  );
  const { frames, end } = await recorder.raw({ url: target.url, pieces: ['GET / HTTP/1.1\r\nHost: x\r\n\r\n'] });
  expect(frames).toMatchObject([{ kind: 'sse', json: 1 }]);
  expect(end?.kind).toBe('complete');
});

test('HEAD has no body to wait for', async () => {
  await using target = await httpTarget((_, response) => response.writeHead(200, { 'content-length': '5' }).end());
  expect((await recorder.raw({ url: target.url, pieces: ['HEAD / HTTP/1.1\r\nHost: x\r\n\r\n'] })).end?.kind).toBe(
    'complete',
  );
});

test('half a request is waited for until the silence is too long; our own pause does not count', async () => {
  await using target = await listen(net.createServer((socket) => void socket.resume()));
  const { end, request } = await recorder.raw({
    url: target.url,
    pieces: ['GET / HT', { pauseMs: 120 }, 'TP'],
    limits: { inactivityMs: 50 },
  });
  expect(end).toMatchObject({ kind: 'timeout', message: 'nothing came for 50 ms' });
  expect(end!.atMs - request.atMs).toBeGreaterThan(160);
  expect(request.body).toEqual({ text: 'GET / HTTP' });
});

test('an early answer ends the sending', async () => {
  await using target = await httpTarget((request, response) => {
    request.resume();
    response.writeHead(408, { connection: 'close' }).end();
  });
  const { end, request, response } = await recorder.raw({
    url: target.url,
    pieces: ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na', { pauseMs: 60_000 }, 'bc'],
  });
  expect(end).toMatchObject({ kind: 'complete' });
  expect(response?.status).toBe(408);
  expect(request.body).toEqual({ text: 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na' });
});

test.each([
  ['FIN', (socket: net.Socket) => void socket.end(), 'broken', '(FIN)'],
  ['RST', (socket: net.Socket) => void socket.resetAndDestroy(), 'broken', '(RST)'],
  ['no HTTP', (socket: net.Socket) => void socket.write('hello\r\n'), 'malformed', 'hello'],
])('answered by %s', async (_, play, kind, message) => {
  await using target = await tcpTarget(play);
  const { end } = await recorder.raw({ url: target.url, pieces: ['GET /'] });
  expect(end).toMatchObject({ kind, message: expect.stringContaining(message) });
});

test('nobody there', async () => {
  const target = await listen(http.createServer());
  await target[Symbol.asyncDispose]();
  expect((await recorder.raw({ url: target.url, pieces: ['x'] })).end).toMatchObject({
    kind: 'unreachable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('the connection is closed afterwards', async () => {
  const server = http.createServer((_, response) => response.end('ok'));
  const closed = new Promise((resolve) => server.on('connection', (socket: net.Socket) => socket.on('close', resolve)));
  await using target = await listen(server);
  const { end } = await recorder.raw({ url: target.url, pieces: ['GET / HTTP/1.1\r\nHost: x\r\n\r\n'] });
  expect(end?.kind).toBe('complete');
  await closed;
});
