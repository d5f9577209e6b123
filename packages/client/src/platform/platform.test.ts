import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ByteStream } from './raw.ts';
import { createTransport, type Transport, type TransportOptions } from '../transport.ts';

/** One contract for what carries requests: undici, as under Node, and `fetch`, as everywhere else. */

interface Server {
  url: string;
  sockets: Set<Socket>;
  /** How many connections were made. */
  accepted(): number;
  close(): Promise<void>;
}

async function serve(answer: RequestListener): Promise<Server> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer(answer);
  server.on('connection', (socket) => {
    accepted++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, sockets, accepted: () => accepted, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function textOf(body: ByteStream | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  const reader = body!.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) chunks.push(read.value!);
  return Buffer.concat(chunks).toString();
}

const open: Transport[] = [];
afterEach(() => {
  for (const transport of open.splice(0)) transport.close();
});

const platforms: [name: string, options: () => TransportOptions][] = [
  ['undici', () => ({})],
  ['fetch', () => ({ fetch: (...args) => globalThis.fetch(...args) })],
];

describe.each(platforms)('%s', (name, options) => {
  function sending() {
    const transport = createTransport(options());
    open.push(transport);
    return (url: string, more: { method?: string; body?: string; headers?: object; signal?: AbortSignal } = {}) =>
      transport.send({
        operation: 'test',
        attempt: 1,
        method: more.method ?? 'GET',
        url,
        headers: { ...more.headers },
        body: more.body,
        until: more.signal ?? new AbortController().signal,
      });
  }

  test('method, path, query, headers and body go out; status, headers and body come back', async () => {
    const { url } = await serve(async (request, response) => {
      const seen = {
        method: request.method,
        url: request.url,
        x: request.headers['x-mine'],
        body: await bodyOf(request),
      };
      response.setHeader('x-two', ['a', 'b']);
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(seen));
    });
    const answer = await sending()(`${url}/a%20b?c=d`, {
      method: 'POST',
      body: 'grüezi',
      headers: { 'x-mine': 'yes' },
    });
    expect([answer.status, answer.headers.get('Content-Type'), answer.headers.get('x-two')]).toEqual([
      201,
      'application/json',
      'a, b',
    ]);
    expect(answer.headers.get('x-none')).toBeNull();
    expect(JSON.parse(await textOf(answer.body))).toEqual({
      method: 'POST',
      url: '/a%20b?c=d',
      x: 'yes',
      body: 'grüezi',
    });
  });

  test('a chunk is there before the next one is written', async () => {
    let written: ServerResponse | undefined;
    const { url } = await serve((_request, response) => void (written = response).write('one'));
    const reader = (await sending()(url)).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('one');
    written!.end('two');
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('two');
    expect((await reader.read()).done).toBe(true);
  });

  test('early hints are no answer', async () => {
    const { url } = await serve((_request, response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.end('yes');
    });
    const answer = await sending()(url);
    expect([answer.status, await textOf(answer.body)]).toEqual([200, 'yes']);
  });

  test('an answer without a body ends', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(204).end());
    const { status, body } = await sending()(url);
    expect([status, body && (await textOf(body))]).toEqual([204, name === 'undici' ? '' : null]);
  });

  test.each([
    ['gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['deflate', deflateSync('hello')],
  ])('%s is unpacked', async (encoding, packed) => {
    const { url } = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toContain('gzip');
      response.writeHead(200, { 'content-encoding': encoding }).end(packed);
    });
    expect(await textOf((await sending()(url)).body)).toBe('hello');
  });

  test('what is packed comes as it is flushed, and leaving it closes the connection', async () => {
    const { url, sockets } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
      gzip.pipe(response);
      gzip.write('one');
    });
    const reader = (await sending()(url)).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('one');
    await reader.cancel();
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('redirects within the origin are followed, with method and body', async () => {
    const { url } = await serve(async (request, response) => {
      if (request.url === '/') response.writeHead(307, { location: '/there' }).end();
      else response.end(`${request.method} ${await bodyOf(request)}`);
    });
    expect(await textOf((await sending()(url, { method: 'POST', body: 'x' })).body)).toBe('POST x');
  });

  test('where nobody listens, the error says so, and where', async () => {
    const { url, close } = await serve(() => {});
    await close();
    await expect(sending()(url)).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      nothingSent: true,
      message: expect.stringContaining(`ECONNREFUSED ${new URL(url).host}`) as string,
    });
  });

  test('a connection that breaks before the answer is an error, and may have been sent', async () => {
    const { url } = await serve((request) => void request.socket.destroy());
    await expect(sending()(url, { method: 'POST', body: 'x' })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      nothingSent: false,
    });
  });

  test('a body that breaks off gives what came, and then an error', async () => {
    const { url } = await serve((_request, response) => {
      response.write('one');
      setImmediate(() => response.destroy());
    });
    const reader = (await sending()(url)).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('one');
    await expect(reader.read()).rejects.toBeInstanceOf(Error);
  });

  test('an abort before the head, and one in the body, reject with it and close the connection', async () => {
    let arrived = () => {};
    const { url, sockets } = await serve((request, response) => {
      if (request.url === '/body') response.write('one');
      arrived();
    });
    const send = sending();
    const before = new AbortController();
    const came = new Promise<void>((resolve) => (arrived = resolve));
    const waiting = send(`${url}/head`, { signal: before.signal });
    await came;
    before.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const within = new AbortController();
    const reader = (await send(`${url}/body`, { signal: within.signal })).body!.getReader();
    await reader.read();
    within.abort(new Error('enough'));
    await expect(reader.read()).rejects.toBeInstanceOf(Error);
    await expect.poll(() => sockets.size).toBe(0);
    await expect(send(url, { signal: within.signal })).rejects.toThrow('enough');
  });

  test('who reads slowly holds the server back', async () => {
    const piece = Buffer.alloc(64 * 1024);
    let sent = 0;
    const { url } = await serve((_request, response) => {
      const more = () => {
        while (sent < 100_000_000 && response.write(piece)) sent += piece.length;
      };
      response.on('drain', more);
      more();
    });
    const reader = (await sending()(url)).body!.getReader();
    await reader.read();
    let last = -1;
    const isStill = () => last === (last = sent);
    await expect.poll(isStill).toBe(true);
    expect(sent).toBeLessThan(50_000_000);
    await reader.cancel();
  });

  test('64 at once, and connections are used again', async () => {
    const { url, accepted } = await serve((request, response) => void response.end(request.url));
    const send = sending();
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 64 }, async (_none, n) => textOf((await send(`${url}/${n}`)).body)),
      );
      expect(answers).toEqual(answers.map((_text, n) => `/${n}`));
    }
    expect(accepted()).toBeLessThan(2 * 64);
  });
});

test('undici: closing frees the sockets, those under way too', async () => {
  const { url, sockets } = await serve((request, response) => {
    if (request.url === '/open') response.write('one');
    else response.end('done');
  });
  const transport = createTransport({});
  const get = (path: string) =>
    transport.send({
      operation: 'test',
      attempt: 1,
      method: 'GET',
      url: url + path,
      headers: {},
      until: new AbortController().signal,
    });
  await textOf((await get('/')).body);
  const reader = (await get('/open')).body!.getReader();
  await reader.read();
  expect(sockets.size).toBeGreaterThan(0);
  transport.close();
  await expect(reader.read()).rejects.toBeInstanceOf(Error);
  await expect.poll(() => sockets.size).toBe(0);
});

test('a fetch that somebody puts in the way is used, and the platform’s own again afterwards', async () => {
  const { url } = await serve((_request, response) => void response.end('real'));
  const transport = createTransport({});
  open.push(transport);
  const get = async () =>
    textOf(
      (
        await transport.send({
          operation: 'test',
          attempt: 1,
          method: 'GET',
          url,
          headers: {},
          until: new AbortController().signal,
        })
      ).body,
    );
  const mock = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('mocked'));
  expect(await get()).toBe('mocked');
  mock.mockRestore();
  expect(await get()).toBe('real');
});
