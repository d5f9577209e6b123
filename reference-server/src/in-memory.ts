import type { IncomingMessage, Server } from 'node:http';
import { type Duplex, duplexPair, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { http } from './node-http.ts';

/** Where a server that does not listen says that it is: a name that no network knows (RFC 6761, 6.4). */
export const IN_MEMORY_URL = 'http://in-memory.invalid';

/** `fetch` for a server without a port: real HTTP over a pair of streams, so that faults of the wire are what they are. */
export interface InMemory {
  /** Whatever host a url names, this server answers. Follows no redirect. Rejects as `fetch` does. */
  fetch: typeof globalThis.fetch;
  /** Ends the connections that are left. */
  close(): void;
}

export function inMemory(server: Server): InMemory {
  const open = new Set<Duplex>();
  let closed = false;
  const connect = (): Duplex => {
    const [near, far] = duplexPair();
    open.add(near);
    near.once('close', () => {
      open.delete(near);
      far.destroy();
    });
    // An end stands behind what is yet to be read; without one the connection broke.
    let ended = false;
    far.once('finish', () => (ended = true));
    far.once('close', () => {
      if (!ended) near.destroy(failure('the connection was reset', 'ECONNRESET'));
    });
    server.emit('connection', Object.assign(far, socketMethods(far)));
    return near;
  };
  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      const { method, signal } = request;
      signal.throwIfAborted();
      if (closed)
        throw new TypeError('the request failed', { cause: failure('the server was closed', 'ECONNREFUSED') });
      const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined;
      const { host, pathname, search } = new URL(request.url);
      const headers = { host, ...Object.fromEntries(request.headers), connection: 'close' };
      return new Promise<Response>((resolve, reject) => {
        const call = http.request({ method, path: pathname + search, headers, createConnection: connect });
        const leave = () => call.destroy(signal.reason as Error);
        signal.addEventListener('abort', leave, { once: true });
        call.once('close', () => signal.removeEventListener('abort', leave));
        call.once('response', (response) => resolve(responseOf(response)));
        call.once('error', (cause) =>
          reject(signal.aborted ? signal.reason : new TypeError('the request failed', { cause })),
        );
        call.end(body);
      });
    },
    close() {
      closed = true;
      for (const stream of open) stream.destroy();
    },
  };
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

/** What a server uses of a socket besides what every stream has. */
function socketMethods(stream: Duplex) {
  return {
    destroySoon() {
      stream.end(() => stream.destroy());
    },
    resetAndDestroy: () => stream.destroy(),
    setTimeout: () => stream,
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    remoteAddress: '127.0.0.1',
  };
}

/** RFC 9110, 6.4.1: what a `Response` cannot have a body for. */
const WITHOUT_BODY = [204, 205, 304];

function responseOf(message: IncomingMessage): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = message;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  if (!WITHOUT_BODY.includes(status)) {
    const body = Readable.toWeb(message) as ReadableStream<Uint8Array>;
    return new Response(body as ConstructorParameters<typeof Response>[0], { status, statusText, headers });
  }
  message.resume();
  return new Response(null, { status, statusText, headers });
}
