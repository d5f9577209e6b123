import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import net from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Exchange } from '@agentproto/recording';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Chunk } from '@agentproto/recording/fixture';
import { WebSocket, WebSocketServer } from 'ws';
import { fixtureOf } from './fixtures.ts';
import { httpTarget, socketTarget, tcpTarget } from './loopback.test.data.ts';
import { RecordingProxy, type RecordingProxyOptions } from './recording-proxy.ts';

async function before(url: string, options: RecordingProxyOptions = {}): Promise<RecordingProxy> {
  const proxy = await RecordingProxy.start({ ...options, target: url });
  onTestFinished(() => proxy.close());
  return proxy;
}

async function beforeServer(listener: RequestListener, options?: RecordingProxyOptions) {
  const target = await httpTarget(listener);
  onTestFinished(() => target[Symbol.asyncDispose]());
  return { proxy: await before(target.url, options), origin: new URL(target.url).origin };
}

/** The next exchange that ends. */
function ending() {
  let onExchange!: (exchange: Exchange) => void;
  const ended = new Promise<Exchange>((resolve) => (onExchange = resolve));
  return { onExchange, ended };
}

describe('what goes through', () => {
  test('comes as it was sent, and is written down as the client sees it', async () => {
    const { onExchange, ended } = ending();
    const { proxy, origin } = await beforeServer(
      (request, response) => {
        request.setEncoding('utf8');
        let body = '';
        request.on('data', (text: string) => (body += text));
        request.on('end', () => {
          response.writeHead(201, { 'content-type': 'application/json', 'x-a': '1' });
          response.end(JSON.stringify({ body, host: request.headers.host, method: request.method, url: request.url }));
        });
      },
      { onExchange },
    );
    const answer = await fetch(`${proxy.url}/a?b=c`, { method: 'POST', body: '{"é":1}', headers: { 'x-own': 'me' } });
    const json: unknown = await answer.json();
    expect(json).toEqual({ body: '{"é":1}', host: new URL(origin).host, method: 'POST', url: '/a?b=c' });
    expect([answer.status, answer.headers.get('x-a')]).toEqual([201, '1']);
    const exchange = await ended;
    expect(exchange).toMatchObject({
      id: 0,
      request: { method: 'POST', url: `${proxy.url}/a?b=c`, body: { text: '{"é":1}' } },
      response: { status: 201, json },
      end: { kind: 'complete' },
    });
    expect(exchange.request.headers).toContainEqual(['x-own', 'me']);
    expect(proxy.exchanges).toEqual([exchange]);
  });

  test.each(['text/event-stream', 'application/x-ndjson'])(
    'streams %s: an event is there before the next one',
    async (type) => {
      const { onExchange, ended } = ending();
      const piece = (n: number) => (type === 'text/event-stream' ? `data: {"n":${n}}\n\n` : `{"n":${n}}\n`);
      let more!: () => void;
      const { proxy } = await beforeServer(
        (_, response) => {
          response.writeHead(200, { 'content-type': type }).write(piece(1));
          more = () => response.end(piece(2));
        },
        { onExchange },
      );
      const reader = (await fetch(proxy.url)).body!.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader.read()).value).toBe(piece(1));
      expect(proxy.exchanges[0]!.frames.map(({ json }) => json)).toEqual([{ n: 1 }]);
      expect(proxy.exchanges[0]!.end).toBeUndefined();
      more();
      expect((await reader.read()).value).toBe(piece(2));
      expect((await ended).frames.map(({ json }) => json)).toEqual([{ n: 1 }, { n: 2 }]);
    },
  );

  test('a request without content has none at the server either', async () => {
    const { proxy } = await beforeServer((request, response) => response.end(JSON.stringify(request.headers)));
    for (const method of ['GET', 'POST', 'DELETE']) {
      const seen = (await (await fetch(proxy.url, { method })).json()) as Record<string, string>;
      expect(seen['transfer-encoding']).toBeUndefined();
      expect(seen['content-length']).toBe(method === 'POST' ? '0' : undefined);
    }
  });

  test('a chunked request, an answer to HEAD, and one without content', async () => {
    const { proxy } = await beforeServer((request, response) => {
      if (request.method === 'HEAD') return response.writeHead(200, { 'content-length': '7' }).end();
      if (request.method === 'GET') return response.writeHead(304, { etag: '"1"' }).end();
      return request.pipe(response);
    });
    const body = new Blob(['some', 'thing']).stream();
    const sent = await fetch(proxy.url, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(await sent.text()).toBe('something');
    expect((await fetch(proxy.url, { method: 'HEAD' })).headers.get('content-length')).toBe('7');
    expect((await fetch(`${proxy.url}/.well-known/agent-card.json`)).status).toBe(304);
  });
});

describe('what is odd goes through, too', () => {
  test('bytes of headers, and the path as it was written', async () => {
    let asked = '';
    await using target = await tcpTarget((socket, received) => {
      asked = received.toString('latin1').split('\r\n', 1)[0]!;
      socket.end('HTTP/1.1 200 Gr\xfc\xdf\r\nX-A: \xfc\r\nContent-Length: 2\r\n\r\nhi', 'latin1');
    });
    const proxy = await before(target.url);
    const socket = net.connect(Number(new URL(proxy.origin).port), '127.0.0.1').setEncoding('latin1');
    socket.write('GET /a/../b?c=[1] HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const came = (await socket.toArray()).join('');
    expect(came).toMatch(/^HTTP\/1\.1 200 Gr\xfc\xdf\r\nX-A: \xfc\r\n/);
    expect(asked).toBe('GET /a/../b?c=[1] HTTP/1.1');
  });

  test('a status that is none is told, and ends nothing but its exchange', async () => {
    await using target = await tcpTarget((socket) => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nhi'));
    const proxy = await before(target.url);
    const answer = await fetch(proxy.url);
    expect([answer.status, await answer.text()]).toEqual([
      502,
      expect.stringContaining('expected a status of HTTP, got 99') as string,
    ]);
    expect(fixtureOf(proxy.exchanges[0]!).response).toBeUndefined();
  });

  test.each(['gzip', 'br', 'deflate'])('%s: the client has it, and the fixture what it stands for', async (coding) => {
    const code = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }[coding]!;
    const text = '{"api_key":"abcdefgh"}';
    const pieces: Chunk[] = [];
    const { onExchange, ended } = ending();
    const { proxy } = await beforeServer(
      (_, response) => {
        const bytes = code(text);
        response.writeHead(200, { 'content-encoding': coding, 'content-length': bytes.length }).end(bytes);
      },
      { onExchange, onBytes: (_exchange, bytes) => pieces.push({ atMs: 0, bytes }) },
    );
    const answer = await fetch(proxy.url);
    expect([answer.headers.get('content-encoding'), await answer.text()]).toEqual([coding, text]);
    const { response } = fixtureOf(await ended, pieces);
    expect(response!.pieces.map((piece) => 'text' in piece && piece.text).join('')).toBe(text);
    const names = response!.headers.map(([name, value]) => `${name}: ${value}`);
    expect(names).toContain(`content-length: ${text.length}`);
    expect(names.join()).not.toContain('encoding');
  });

  test('what is kept is limited, and what is refused counted', async () => {
    const { proxy } = await beforeServer((_, response) => response.end('ok'), { exchanges: 1, keep: false });
    expect([(await fetch(proxy.url)).status, (await fetch(proxy.url)).status]).toEqual([200, 503]);
    expect([proxy.exchanges, proxy.refused]).toEqual([[], 1]);
  });
});

describe('addresses', () => {
  const card = (origin: string) => ({
    name: 'A',
    supportedInterfaces: [{ url: `${origin}/rpc` }, { url: 'https://other.example.com/rpc' }],
    signatures: [{ protected: 'e30', signature: 'AA' }],
  });

  test('of the target in a card become those of the proxy, and its signatures go', async () => {
    let origin = '';
    const served = await beforeServer((_, response) => {
      const bytes = gzipSync(JSON.stringify(card(origin)));
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', etag: '"1"' })
        .end(bytes);
    });
    ({ origin } = served);
    const { proxy } = served;
    const answer = await fetch(`${proxy.url}/.well-known/agent-card.json`);
    const { signatures: _left, ...moved } = card(proxy.origin);
    expect(await answer.json()).toEqual(moved);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(proxy.exchanges[0]!.response!.json).toEqual(moved);
  });

  test('of a card that names others stay, signatures too; so does what is no card', async () => {
    let origin = '';
    const served = await beforeServer((request, response) => {
      const json = request.url === '/x' ? { url: `${origin}/x` } : card('https://agent.example.com');
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    });
    ({ origin } = served);
    const get = async (path: string): Promise<unknown> => (await fetch(served.proxy.url + path)).json();
    expect(await get('/.well-known/agent-card.json')).toEqual(card('https://agent.example.com'));
    expect(await get('/x')).toEqual({ url: `${origin}/x` });
  });

  test('of the extended card over JSON-RPC, and of a redirect', async () => {
    let origin = '';
    const served = await beforeServer((request, response) => {
      if (request.url === '/old') return response.writeHead(307, { location: `${origin}/new` }).end();
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: card(origin) }));
    });
    ({ origin } = served);
    const { proxy } = served;
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'GetExtendedAgentCard' });
    const answer = (await (await fetch(proxy.url, { method: 'POST', body })).json()) as { result: object };
    const { signatures: _left, ...moved } = card(proxy.origin);
    expect(answer.result).toEqual(moved);
    const redirect = await fetch(`${proxy.url}/old`, { redirect: 'manual' });
    expect(redirect.headers.get('location')).toBe(`${proxy.origin}/new`);
  });
});

describe('how it ends', () => {
  test('a client that leaves ends the exchange, and the server sees it', async () => {
    const { onExchange, ended } = ending();
    let left!: Promise<unknown>;
    const { proxy } = await beforeServer(
      (_, response) => {
        left = once(response, 'close');
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
      },
      { onExchange },
    );
    const leaving = new AbortController();
    await (await fetch(proxy.url, { signal: leaving.signal })).body!.getReader().read();
    leaving.abort();
    expect((await ended).end).toMatchObject({ kind: 'left', message: 'the client left' });
    await left;
  });

  test('an answer that breaks off breaks off for the client', async () => {
    const { onExchange, ended } = ending();
    await using target = await tcpTarget((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      setImmediate(() => socket.destroy());
    });
    const proxy = await before(target.url, { onExchange });
    await expect(fetch(proxy.url).then((answer) => answer.text())).rejects.toThrow('terminated');
    expect((await ended).end!.kind).toBe('broken');
  });

  test('no server, and one that speaks no HTTP, are said', async () => {
    await using target = await tcpTarget((socket) => socket.end('hello\r\n\r\n'));
    const proxy = await before(target.url);
    const noHttp = await fetch(proxy.url);
    expect([noHttp.status, await noHttp.text()]).toEqual([502, expect.stringContaining('the server gave no answer')]);
    proxy.target = 'http://127.0.0.1:1/';
    expect((await fetch(proxy.url)).status).toBe(502);
    expect(proxy.exchanges.map(({ end }) => end!.kind)).toEqual(['malformed', 'unreachable']);
  });

  test('limits: content, requests, and requests for somebody else', async () => {
    const { proxy, origin } = await beforeServer((_, response) => response.write('x'.repeat(100)), {
      limits: { bodyBytes: 50 },
      exchanges: 2,
    });
    expect((await fetch(proxy.url, { method: 'POST', body: 'x'.repeat(51) })).status).toBe(413);
    await expect(fetch(proxy.url).then((answer) => answer.text())).rejects.toThrow('terminated');
    expect(proxy.exchanges.map(({ end }) => end!.kind)).toEqual(['limit', 'limit']);
    expect((await fetch(proxy.url)).status).toBe(503);
    const status = async (options: http.RequestOptions) => {
      const request = http.request(proxy.url, options).end();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await status({ headers: { connection: 'upgrade', upgrade: 'websocket' } })).toBe(503);
    expect(await status({ path: `${origin}/` })).toBe(400);
  });

  test('a WebSocket: messages both ways, sub-protocol, and how it is closed', async () => {
    const target = await socketTarget((socket, { url, headers }) => {
      socket.send(JSON.stringify({ url, own: headers['x-own'] }));
      socket.on('message', (content: Buffer, isBinary) => {
        socket.send(content, { binary: isBinary });
        if (isBinary) socket.close(4001, 'enough');
      });
    });
    onTestFinished(() => target[Symbol.asyncDispose]());
    const { onExchange, ended } = ending();
    const proxy = await before(target.url.replace('ws:', 'http:'), { onExchange });
    const socket = new WebSocket(`${proxy.url.replace('http:', 'ws:')}/a?b=c`, { headers: { 'x-own': 'me' } });
    const got: string[] = [];
    socket.on('message', (content: Buffer) => got.push(content.toString()));
    socket.on('open', () => {
      socket.send('ü');
      socket.send(Buffer.from('bytes'));
    });
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4001, 'enough']);
    expect(got).toEqual(['{"url":"/a?b=c","own":"me"}', 'ü', 'bytes']);
    const { request, response, frames, end } = await ended;
    expect(request.headers).toContainEqual(['x-own', 'me']);
    expect([response?.status, end]).toEqual([101, expect.objectContaining({ kind: 'complete', code: 4001 })]);
    expect(frames.filter(({ direction }) => direction === 'out').map(({ data }) => data)).toEqual(['ü', 'Ynl0ZXM=']);
    expect(frames.filter(({ direction }) => direction === 'in').map(({ kind }) => kind)).toEqual([
      ...['ws-text', 'ws-text', 'ws-binary'],
    ]);
  });

  test('a WebSocket whose client leaves, and one that is refused', async () => {
    const closed: number[] = [];
    const target = await socketTarget((socket) => void socket.on('close', (code) => closed.push(code)));
    onTestFinished(() => target[Symbol.asyncDispose]());
    const { onExchange, ended } = ending();
    const proxy = await before(target.url.replace('ws:', 'http:'), { onExchange });
    const socket = new WebSocket(proxy.url.replace('http:', 'ws:'));
    await once(socket, 'open');
    socket.close(1001);
    expect(await ended).toMatchObject({ end: { kind: 'left' } });
    expect(closed).toEqual([1001]);

    const { proxy: plain } = await beforeServer(
      (_, response) => void response.writeHead(403, { 'x-why': 'ü' }).end('no'),
    );
    const refused = new WebSocket(plain.url.replace('http:', 'ws:'));
    const [, answer] = (await once(refused, 'unexpected-response')) as [unknown, http.IncomingMessage];
    expect([answer.statusCode, answer.headers['x-why']]).toEqual([403, 'ü']);
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('no');
  });

  test('a WebSocket that is closed without a code, after what it said', async () => {
    const closed = Promise.withResolvers<[number, number]>();
    let bytes = 0;
    const target = await socketTarget((socket) => {
      socket.on('message', (content: Buffer) => (bytes += content.length));
      socket.on('close', (code) => closed.resolve([code, bytes]));
    });
    onTestFinished(() => target[Symbol.asyncDispose]());
    const proxy = await before(target.url.replace('ws:', 'http:'));
    const socket = new WebSocket(proxy.url.replace('http:', 'ws:'));
    await once(socket, 'open');
    for (let n = 0; n < 100; n++) socket.send('x'.repeat(50_000));
    socket.close();
    expect(await closed.promise).toEqual([1005, 5_000_000]);
  });

  test('a WebSocket whose client says too much', async () => {
    const target = await socketTarget(() => {});
    onTestFinished(() => target[Symbol.asyncDispose]());
    for (const messages of [['x'.repeat(60)], ['x'.repeat(30), 'x'.repeat(30)]]) {
      const { onExchange, ended } = ending();
      const proxy = await before(target.url.replace('ws:', 'http:'), { onExchange, limits: { bodyBytes: 50 } });
      const socket = new WebSocket(proxy.url.replace('http:', 'ws:'));
      await once(socket, 'open');
      for (const message of messages) socket.send(message);
      expect((await ended).end).toMatchObject({ kind: 'limit' });
    }
  });

  test.each([
    ['leaves before the server has answered', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'],
    ['asks for it in a wrong way', ''],
  ])('a WebSocket whose client %s is held open by nobody', async (_, key) => {
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const server = http.createServer();
    const sockets = new WebSocketServer({ noServer: true });
    const closed = Promise.withResolvers<void>();
    server.on('upgrade', (request, socket, head) => {
      for (const event of ['end', 'close', 'error']) socket.on(event, () => closed.resolve());
      asked.resolve();
      // That the other side goes is only seen by who reads.
      if (key !== '') socket.resume();
      void go.promise.then(() => sockets.handleUpgrade(request, socket, head, () => {}));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { onExchange, ended } = ending();
    const proxy = await before(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`, { onExchange });
    const client = net.connect(Number(new URL(proxy.origin).port), '127.0.0.1').on('error', () => {});
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    client.write(`GET / HTTP/1.1\r\nHost: a\r\n${upgrade}${key}\r\n`);
    await asked.promise;
    if (key === '') go.resolve();
    else client.destroy();
    expect((await ended).end).toMatchObject({ kind: 'left' });
    await closed.promise;
  });

  test('closing ends what is open', async () => {
    const { proxy } = await beforeServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    });
    await (await fetch(proxy.url)).body!.getReader().read();
    await proxy.close();
    expect(proxy.exchanges[0]!.end).toMatchObject({ kind: 'left', message: 'the recording was ended' });
  });
});
