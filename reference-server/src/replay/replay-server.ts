import { readFile } from 'node:fs/promises';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { bytesOf, credentialsIn, FixtureError, readFixture, textOf } from '@agentproto/recording/fixture';
import type { Fixture, FixtureExchange, FixturePiece, FixtureResponse } from '@agentproto/recording/fixture';
import type { Headers } from '@agentproto/recording';
import { systemClock, type Clock } from '@agentproto/script';
import { http } from '../node-http.ts';
import { ServerOptionsError } from '../options-error.ts';
import { FixtureBook, type Asked } from './match.ts';
import { answeringIds, replacing, rewritten } from './rewrite.ts';
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
  /** What was asked for and is not in the recording, at most 10,000 of it: method and path, and the method of JSON-RPC. */
  unmatched: readonly string[];
  /** Recorded exchanges that nobody has asked for. */
  readonly unplayed: readonly FixtureExchange[];
  /** Begins with the first exchanges again. */
  reset(): void;
  close(): Promise<void>;
}

/** Of a request that is compared with recorded ones. */
const BODY_BYTES = 16 * 1024 * 1024;
const MOST_UNMATCHED = 10_000;

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
    const asked = { method, path, body };
    const found = book.take(asked, credentialsOf(request));
    if (!found) return refuse(response, 404, nothingFor(asked));
    if (!found.response) return void response.destroy();
    const pieces = fitted(found, body);
    const signal = left(response);
    await wait(found.response.afterMs, signal);
    if (signal.aborted) return void response.destroy();
    response.writeHead(found.response.status, headersFor(method, found.response, pieces).flat());
    // Sends the head now, as `flushHeaders` does, which writes it in UTF-8: its bytes are not always ASCII.
    response.socket?.cork();
    response.write('', 'latin1');
    response.socket?.uncork();
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
    const asked = rpcIdsIn(body);
    const recorded = request.body ? rpcIdsIn(textOf(request.body)) : [];
    const ids = new Map(
      recorded.flatMap((id, at) => (id !== undefined && asked[at] !== undefined ? [[id, asked[at]]] : [])),
    );
    return ids.size > 0 ? rewritten(moved, (text) => answeringIds(text, ids)) : moved;
  }

  function nothingFor(asked: Asked): string {
    const { what, why } = book.nothingFor(asked);
    if (unmatched.length < MOST_UNMATCHED) unmatched.push(what);
    return why;
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const { method = 'GET', url: path = '/' } = request;
    socket.on('error', () => {});
    const asked = { method, path, body: '', isUpgrade: true };
    const found = book.take(asked, credentialsOf(request));
    if (!found) {
      const headers: Headers = [['content-type', 'text/plain; charset=utf-8']];
      return void refuseUpgrade(socket, 404, headers, Buffer.from(`replay: ${nothingFor(asked)}\n`));
    }
    if (!found.response) return void socket.destroy();
    const signal = left(socket);
    if (found.response.messages) return void playSocket({ request, socket, head }, found.response, { signal, wait });
    const { status, headers, afterMs, pieces } = found.response;
    void wait(afterMs, signal).then(() => refuseUpgrade(socket, status, headers, Buffer.concat(pieces.map(bytesOf))));
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

/** As JSON: of the call, or of each of a batch, where it has one. */
function rpcIdsIn(body: string): (string | undefined)[] {
  try {
    const calls = [JSON.parse(body) as unknown].flat();
    return calls.map((call) => {
      const isCall = typeof call === 'object' && call !== null && 'jsonrpc' in call && 'id' in call;
      return isCall ? JSON.stringify(call.id) : undefined;
    });
  } catch {
    return [];
  }
}

const credentialsOf = ({ rawHeaders }: IncomingMessage): string[] =>
  credentialsIn(rawHeaders.flatMap((name, at): Headers => (at % 2 === 0 ? [[name, rawHeaders[at + 1]!]] : [])));

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

/** Instead of a WebSocket. */
function refuseUpgrade(socket: Socket, status: number, headers: Headers, content: Uint8Array): void {
  const own = headers.filter(([name]) => !/^(?:content-length|connection|transfer-encoding)$/i.test(name));
  const lines = own.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = `content-length: ${content.length}\r\nconnection: close\r\n\r\n`;
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}${length}`, 'latin1');
  socket.end(content);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`replay: ${why}\n`);
}
