import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { bytesOf, FixtureError, readFixture, textOf } from '@agentproto/recording/fixture';
import type { Fixture, FixtureExchange, FixturePiece, FixtureResponse } from '@agentproto/recording/fixture';
import { systemClock, type Clock } from '@agentproto/script';
import { http } from '../node-http.ts';
import { ServerOptionsError } from '../options-error.ts';
import { FixtureBook } from './match.ts';
import { answeringId, replacing, rewritten } from './rewrite.ts';
import { playSocket } from './replay-socket.ts';

export interface ReplayOptions {
  /** Where to listen; default 127.0.0.1 and a free port. */
  host?: string | undefined;
  port?: number | undefined;
  /** How much faster than it was recorded: 2 takes half the time, `Infinity` waits for nothing. Default 1. */
  speed?: number | undefined;
  /** Default: the machine's. */
  clock?: Clock | undefined;
}

export interface ReplayServer extends AsyncDisposable {
  /** Without a path: those of the recording follow. */
  url: string;
  /** What was asked for and is not in the recording: method and path. */
  unmatched: readonly string[];
  /** Recorded exchanges that nobody has asked for. */
  readonly unplayed: readonly FixtureExchange[];
  /** Begins with the first exchanges again. */
  reset(): void;
  close(): Promise<void>;
}

/** Of a request that is compared with recorded ones. */
const BODY_BYTES = 16 * 1024 * 1024;

/**
 * Starts a server that answers what a real one answered (`agentproto-conformance record`): the same status, headers, bytes,
 * and pauses. The `id` of JSON-RPC, the server's own address and `Content-Length` follow the request.
 * @param fixture the path of a file, or what `readFixture` gave
 * @throws FixtureError for what is no fixture; ServerOptionsError
 */
export async function createReplayServer(
  fixture: string | Fixture,
  { host = '127.0.0.1', port = 0, speed = 1, clock = systemClock }: ReplayOptions = {},
): Promise<ReplayServer> {
  if (!(speed > 0)) throw new ServerOptionsError(`speed: expected a number above 0, got ${String(speed)}`);
  const { exchanges, origin } = typeof fixture === 'string' ? await fixtureIn(fixture) : fixture;
  const book = new FixtureBook(exchanges);
  const unmatched: string[] = [];
  const ending = new AbortController();
  const server = http.createServer({ requestTimeout: 0 }, (request, response) => {
    response.sendDate = false;
    response.on('error', () => {});
    void answer(request, response).catch(() => response.destroy());
  });
  const left = (socket: { once(event: 'close', listener: () => void): unknown }): AbortSignal => {
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    return AbortSignal.any([gone.signal, ending.signal]);
  };
  const wait = (ms: number, signal: AbortSignal): Promise<void> =>
    speed === Infinity || ms <= 0 ? Promise.resolve() : clock.sleep(ms / speed, signal);
  const own = () => `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const body = await bodyOf(request);
    if (body === undefined) return refuse(response, 413, `a request of more than ${BODY_BYTES} bytes`);
    const found = book.take({ method, path, body });
    if (!found) {
      const what = `${method} ${path}`;
      unmatched.push(what);
      return refuse(
        response,
        404,
        `nothing was recorded for ${what}; recorded are: ${book.known.join(', ') || 'none'}`,
      );
    }
    if (!found.response) return void response.destroy();
    const pieces = fitted(found, body);
    const signal = left(response);
    await wait(found.response.afterMs, signal);
    if (signal.aborted) return void response.destroy();
    response.writeHead(found.response.status, headersFor(method, found.response, pieces).flat());
    response.flushHeaders();
    for (const piece of pieces) {
      await wait(piece.afterMs, signal);
      if (signal.aborted) return void response.destroy();
      await written(response, bytesOf(piece), signal);
    }
    if (found.response.end === 'complete') response.end();
    else if (found.response.end === 'broken') response.destroy();
    // Else it was the client who left, and the server would have gone on.
  }

  /** The answer as this request has to be answered. */
  function fitted({ request, response }: FixtureExchange, body: string): readonly FixturePiece[] {
    const pieces = response?.pieces ?? [];
    const moved =
      origin === undefined || origin === own() ? pieces : rewritten(pieces, (text) => replacing(text, origin, own()));
    const asked = rpcIdIn(body);
    const recorded = request.body && rpcIdIn(textOf(request.body));
    return asked && recorded ? rewritten(moved, (text) => answeringId(text, recorded.id, asked.id)) : moved;
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const { method = 'GET', url: path = '/' } = request;
    socket.on('error', () => {});
    const found = book.take({ method, path, body: '' });
    if (!found?.response?.messages) {
      unmatched.push(`${method} ${path} (WebSocket)`);
      return void socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    }
    void playSocket({ request, socket, head }, found.response, { signal: left(socket), wait });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = async (): Promise<void> => {
    ending.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: own(),
    unmatched,
    get unplayed() {
      return book.unplayed;
    },
    reset() {
      book.reset();
      unmatched.length = 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function fixtureIn(file: string): Promise<Fixture> {
  const text = await readFile(file, 'utf8');
  try {
    return readFixture(text);
  } catch (error) {
    if (error instanceof FixtureError) throw new FixtureError(`${file}: ${error.message}`);
    throw error;
  }
}

/** Of the length that the content has now, where one was told. */
function headersFor(
  method: string,
  { status, headers, end }: FixtureResponse,
  pieces: readonly FixturePiece[],
): [string, string][] {
  const isWhole = end === 'complete' && method !== 'HEAD' && status !== 204 && status !== 304;
  const length = pieces.reduce((sum, piece) => sum + bytesOf(piece).length, 0);
  return headers.map(([name, value]) => [
    name,
    isWhole && name.toLowerCase() === 'content-length' ? String(length) : value,
  ]);
}

function rpcIdIn(body: string): { id: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && 'jsonrpc' in json && 'id' in json ? { id: json.id } : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Resolves when the bytes are on their way: a connection that is cut then has them before it. */
function written(response: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener('abort', go);
      resolve();
    };
    signal.addEventListener('abort', go, { once: true });
    response.write(bytes, go);
  });
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`replay: ${why}\n`);
}
