import http from 'node:http';
import net from 'node:net';
import type { Exchange } from '@agentproto/recording';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { httpTarget, listen, tcpTarget } from './loopback.test.data.ts';
import { createRecordingClock } from './recording-clock.ts';
import { Recorder } from './recorder.ts';

const GET = { method: 'GET' };
const endless: http.RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
};

describe('the request', () => {
  test('is recorded as it was sent', async () => {
    let seen: { method?: string | undefined; rawHeaders: string[]; body: string } | undefined;
    await using target = await httpTarget((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request
        .on('data', (text: string) => (body += text))
        .on('end', () => {
          seen = { method: request.method, rawHeaders: request.rawHeaders, body };
          response.end();
        });
    });
    await using recorder = new Recorder({
      headers: [
        ['Authorization', 'Bearer a'],
        ['X-Twice', 'no'],
      ],
    });
    const { request } = await recorder.request({
      method: 'POST',
      url: target.url,
      headers: [
        ['x-TWICE', '1'],
        ['X-Twice', '2'],
      ],
      body: '{"a":"é"}',
    });
    const { host } = new URL(target.url);
    expect(request.headers).toEqual([
      ['Host', host],
      ['Content-Length', '10'],
      ['Connection', 'keep-alive'],
      ['Authorization', 'Bearer a'],
      ['x-TWICE', '1'],
      ['X-Twice', '2'],
    ]);
    expect(seen).toEqual({ method: 'POST', rawHeaders: request.headers.flat(), body: '{"a":"é"}' });
    expect(request).toMatchObject({ method: 'POST', url: target.url, body: { text: '{"a":"é"}' } });
  });

  test('has no length without a body, but a POST has one', async () => {
    await using target = await httpTarget((request, response) => response.end(JSON.stringify(request.headers)));
    await using recorder = new Recorder();
    const get = await recorder.request({ ...GET, url: target.url });
    expect(get.response?.json).toEqual({ host: new URL(target.url).host, connection: 'keep-alive' });
    const post = await recorder.request({ method: 'POST', url: target.url });
    expect(post.response?.json).toMatchObject({ 'content-length': '0' });
    const chunked = await recorder.request({
      method: 'POST',
      url: target.url,
      headers: [['Transfer-Encoding', 'chunked']],
      body: 'x',
    });
    expect(chunked.response?.json).not.toHaveProperty('content-length');
  });

  test.each(['', 'not a url', 'ftp://127.0.0.1/', 'http://127.0.0.1:99999/'])(
    'a URL like %j is not reachable',
    async (url) => {
      await using recorder = new Recorder();
      const { end, response } = await recorder.request({ ...GET, url });
      expect(end).toMatchObject({
        kind: 'unreachable',
        message: `expected an http: or https: URL, got ${JSON.stringify(url)}`,
      });
      expect(response).toBeUndefined();
    },
  );

  test('a header that cannot be written is our own fault', async () => {
    await using recorder = new Recorder();
    const { end } = await recorder.request({ ...GET, url: 'http://127.0.0.1:1/', headers: [['X', 'a\nb']] });
    expect(end).toMatchObject({ kind: 'left', message: expect.stringContaining('could not be written') });
  });
});

describe('one recording', () => {
  test('has its own ids and times, in order', async () => {
    await using target = await httpTarget((_, response) => response.end('ok'));
    const clock = createRecordingClock();
    const ended: Exchange[] = [];
    await using recorder = new Recorder({ clock, onExchange: (exchange) => ended.push(exchange) });
    const first = await recorder.request({ ...GET, url: target.url });
    const between = clock.nowMs();
    const second = await recorder.derive({}).request({ ...GET, url: target.url });
    expect([first.id, second.id, clock.nextExchangeId()]).toEqual([0, 1, 2]);
    expect(ended).toEqual([first, second]);
    const times = [
      first.request.atMs,
      first.response!.atMs,
      first.end!.atMs,
      between,
      second.request.atMs,
      second.response!.atMs,
      second.end!.atMs,
    ];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(first.request.atMs).toBeGreaterThanOrEqual(0);
  });

  test('a derived recorder has its own label and headers, and tells both listeners once', async () => {
    await using target = await httpTarget((request, response) => response.end(JSON.stringify(request.headers)));
    const told: string[] = [];
    const listener = (who: string) => (exchange: Exchange) => void told.push(`${who} ${exchange.id} ${exchange.label}`);
    await using recorder = new Recorder({
      label: 'detect',
      headers: [
        ['X-A', '1'],
        ['X-B', '1'],
      ],
      onExchange: listener('root'),
    });
    const play = recorder.derive({ label: 'a2a/send', headers: [['x-b', '2']], onExchange: listener('play') });
    expect(await recorder.request({ ...GET, url: target.url })).toMatchObject({
      label: 'detect',
      response: { json: { 'x-a': '1', 'x-b': '1' } },
    });
    expect(await play.request({ ...GET, url: target.url, binding: 'JSONRPC', operation: 'SendMessage' })).toMatchObject(
      {
        label: 'a2a/send',
        binding: 'JSONRPC',
        operation: 'SendMessage',
        response: { json: { 'x-a': '1', 'x-b': '2' } },
      },
    );
    expect(await play.request({ ...GET, url: target.url, label: 'own', hostile: true })).toMatchObject({
      label: 'own',
      hostile: true,
    });
    expect(told).toEqual(['root 0 detect', 'play 1 a2a/send', 'root 1 a2a/send', 'play 2 own', 'root 2 own']);
  });

  test('200 exchanges at once, streams and answers', async () => {
    await using target = await httpTarget((request, response) => {
      if (request.url === '/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (let index = 0; index < 20; index++) response.write(`data: ${index}\n\n`);
        return void response.end();
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
    });
    await using recorder = new Recorder();
    const exchanges = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        recorder.request({ ...GET, url: `${target.url}${index % 2 ? 'stream' : ''}` }),
      ),
    );
    expect(exchanges.map((exchange) => exchange.id)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    const twenty = Array.from({ length: 20 }, (_, index) => index);
    for (const { id, end, frames, response } of exchanges) {
      const seen = { kind: end?.kind, json: response?.json, frames: frames.map((frame) => frame.json) };
      expect(seen).toEqual(
        id % 2 ? { kind: 'complete', frames: twenty } : { kind: 'complete', json: { ok: true }, frames: [] },
      );
    }
  });
});

describe('connections', () => {
  test('are kept, and a kept one that the peer had dropped is never blamed on it', async () => {
    let connections = 0;
    await using target = await listen(
      net.createServer((socket) => {
        connections++;
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          // The next request on this connection meets a peer that is gone.
          socket.once('data', () => socket.resetAndDestroy());
        });
      }),
    );
    await using recorder = new Recorder();
    expect((await recorder.request({ ...GET, url: target.url })).end?.kind).toBe('complete');
    const again = await recorder.request({ method: 'POST', url: target.url, body: 'x' });
    expect(again).toMatchObject({
      end: { kind: 'complete' },
      response: { status: 200 },
      request: { body: { text: 'x' } },
    });
    expect(connections).toBe(2);
  });

  test('a peer that drops the second connection too is blamed', async () => {
    let requests = 0;
    await using target = await listen(
      net.createServer((socket) => {
        socket.on('data', () => {
          requests++;
          if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          else socket.resetAndDestroy();
        });
      }),
    );
    const told: Exchange[] = [];
    await using recorder = new Recorder({ onExchange: (exchange) => told.push(exchange) });
    await recorder.request({ ...GET, url: target.url });
    expect((await recorder.request({ ...GET, url: target.url })).end).toMatchObject({
      kind: 'broken',
      message: 'the peer reset the connection (RST) before it answered',
    });
    expect(requests).toBe(3);
    expect(told).toHaveLength(2);
  });

  test('a kept one that breaks within the answer is blamed at once', async () => {
    let requests = 0;
    await using target = await listen(
      net.createServer((socket) => {
        socket.on('data', () => {
          requests++;
          if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          else socket.end('HTTP/1.1 200 O');
        });
      }),
    );
    await using recorder = new Recorder();
    await recorder.request({ ...GET, url: target.url });
    expect((await recorder.request({ ...GET, url: target.url })).end).toMatchObject({
      kind: 'broken',
      message: 'the peer closed the connection (FIN) before it answered',
    });
    expect(requests).toBe(2);
  });
});

describe('the connections of a recording', () => {
  test('outlive a derived recorder, and are closed with the first one', async () => {
    let connections = 0;
    const closed = Promise.withResolvers<void>();
    const server = http.createServer((_, response) => response.end('ok'));
    server.on('connection', (socket: net.Socket) => {
      connections++;
      socket.on('close', () => closed.resolve());
    });
    await using target = await listen(server);
    const recorder = new Recorder();
    const play = recorder.derive({});
    await play.request({ ...GET, url: target.url });
    await play.close();
    await recorder.request({ ...GET, url: target.url });
    expect(connections).toBe(1);
    await recorder.close();
    await closed.promise;
  });
});

describe('leaving', () => {
  test('ends with `left` and cuts the connection', async () => {
    const gone = Promise.withResolvers<void>();
    await using target = await httpTarget((request, response) => {
      response.on('close', () => gone.resolve());
      endless(request, response);
    });
    await using recorder = new Recorder();
    const live = await recorder.open({ ...GET, url: target.url });
    expect(await live.frame(0)).toMatchObject({ data: '1' });
    const waiting = live.frame(1);
    expect((await live.leave()).end).toMatchObject({ kind: 'left' });
    expect(await waiting).toBeUndefined();
    expect(await live.ended).toBe(live.exchange);
    await gone.promise;
  });

  test('after the end changes nothing', async () => {
    await using target = await httpTarget((_, response) => response.end('ok'));
    await using recorder = new Recorder();
    const live = await recorder.open({ ...GET, url: target.url });
    await live.ended;
    expect((await live.leave()).end?.kind).toBe('complete');
  });

  test('an abort ends what is open and what comes later', async () => {
    await using target = await httpTarget(endless);
    await using recorder = new Recorder();
    const stop = new AbortController();
    const play = recorder.derive({ signal: stop.signal });
    const [live, other] = await Promise.all([
      play.open({ ...GET, url: target.url }),
      recorder.open({ ...GET, url: target.url }),
    ]);
    stop.abort();
    expect((await live.ended).end).toMatchObject({ kind: 'left', message: 'aborted' });
    expect((await play.request({ ...GET, url: target.url })).end).toMatchObject({ kind: 'left', message: 'aborted' });
    expect(other.exchange.end).toBeUndefined();
  });

  test("close() ends everything, the derived recorders' too, and reports it at once", async () => {
    await using target = await httpTarget(endless);
    const told: Exchange[] = [];
    const recorder = new Recorder({ onExchange: (exchange) => told.push(exchange) });
    const play = recorder.derive({ label: 'play' });
    const streams = await Promise.all([
      recorder.open({ ...GET, url: target.url }),
      play.open({ ...GET, url: target.url }),
    ]);
    const silent = play.raw({ url: target.url, pieces: ['GET / HT'] });
    const closing = recorder.close();
    expect(told.map(({ end }) => end)).toMatchObject(
      Array.from({ length: 3 }, () => ({ kind: 'left', message: 'the recorder was closed' })),
    );
    await closing;
    expect((await silent).end?.kind).toBe('left');
    expect((await Promise.all(streams.map(({ ended }) => ended))).map(({ end }) => end?.kind)).toEqual([
      'left',
      'left',
    ]);
    expect((await play.request({ ...GET, url: target.url })).end).toMatchObject({
      kind: 'left',
      message: 'the recorder was closed',
    });
  });

  test('no timer is left behind', async () => {
    await using target = await httpTarget((request, response) =>
      request.url === '/' ? endless(request, response) : response.end('ok'),
    );
    const asked = Promise.withResolvers<void>();
    await using mute = await tcpTarget(() => asked.resolve());
    // Those of the whole process are not ours to count: vitest has some, and they come and go.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const recorder = new Recorder();
    await recorder.request({ method: 'POST', url: `${target.url}ok`, body: 'x' });
    expect(vi.getTimerCount()).toBe(0);
    await recorder.open({ ...GET, url: target.url });
    const raw = recorder.raw({ url: mute.url, pieces: ['GET /', { pauseMs: 60_000 }, ' '] });
    await asked.promise;
    // Silence and total of the stream, total of the raw one.
    while (vi.getTimerCount() !== 3) await new Promise(setImmediate);
    await recorder.close();
    expect(vi.getTimerCount()).toBe(0);
    // It waits for its pause no longer.
    expect((await raw).end).toMatchObject({ kind: 'left' });
  });

  test('close() of a derived recorder leaves the others alone', async () => {
    await using target = await httpTarget(endless);
    await using recorder = new Recorder();
    const play = recorder.derive({});
    const [mine, others] = await Promise.all([
      play.open({ ...GET, url: target.url }),
      recorder.open({ ...GET, url: target.url }),
    ]);
    await play.close();
    expect(mine.exchange.end?.kind).toBe('left');
    expect(others.exchange.end).toBeUndefined();
    expect((await recorder.request({ ...GET, url: 'http://127.0.0.1:1/' })).end?.kind).toBe('unreachable');
  });
});
