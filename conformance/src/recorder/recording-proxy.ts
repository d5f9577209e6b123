import {
  createServer,
  request as requestHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { Exchange } from '@agentproto/recording';
import { bodyOf } from './body.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { followRequest, pairs } from './http-response.ts';
import { OpenExchange } from './open-exchange.ts';
import { asksForCard, movedCard } from './proxied-card.ts';
import { HOP_BY_HOP } from './hop-by-hop.ts';
import { passSocket, refuseUpgrade, wrongUpgrade } from './proxied-socket.ts';
import { createRecordingClock, type RecordingClock } from './recording-clock.ts';
import { DEFAULT_WAIT_LIMITS, type WaitLimits } from './wait-limits.ts';

export interface RecordingProxyOptions {
  /** Base URL of the server that requests are passed on to. May be said later, by `target`. */
  target?: string;
  /** Of 127.0.0.1; default: a free one. */
  port?: number;
  /** A client waits as long as it likes, so that only sizes, and the time to connect, have limits by default. */
  limits?: Partial<WaitLimits>;
  /** Of the whole recording: further requests are refused. Default 10,000. */
  exchanges?: number;
  /** Whether `exchanges` has them after their end, all of which is limited then. Default true. */
  keep?: boolean;
  /** Called exactly once for each exchange, when it has ended. */
  onExchange?: (exchange: Exchange) => void;
  /** Content of an answer as it passes, its content coding undone; nothing for an agent card, which is held until it is whole. */
  onBytes?: (exchange: Exchange, bytes: Uint8Array) => void;
  clock?: RecordingClock;
}

const PATIENT: WaitLimits = { ...DEFAULT_WAIT_LIMITS, inactivityMs: Infinity, totalMs: Infinity };
/** Characters that a recording keeps in memory, about, before further requests are refused. */
const KEPT = 256 * 1024 * 1024;

/**
 * Stands before a server on loopback and writes down what its clients and it say to each other, as the clients see it. Bytes
 * go through as they come; only agent cards are held until they are whole, so that the addresses in them can be the proxy's.
 */
export class RecordingProxy implements AsyncDisposable {
  /** In the order of their requests. Those that go on have no `end` yet. */
  readonly exchanges: Exchange[] = [];
  /** Requests that were not passed on, for there is no room for them. */
  refused = 0;
  readonly clock: RecordingClock;
  /** Where it listens, without a path. */
  readonly origin: string;
  #target: URL | undefined;
  readonly #server: Server;
  readonly #options: RecordingProxyOptions;
  readonly #open = new Set<OpenExchange>();
  #begun = 0;
  #kept = 0;

  private constructor(server: Server, options: RecordingProxyOptions) {
    this.#server = server;
    this.#options = options;
    this.clock = options.clock ?? createRecordingClock();
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (options.target !== undefined) this.target = options.target;
    server.on('request', (incoming, outgoing) => this.#pass(incoming, outgoing));
    server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      const refusal = this.#refusal(incoming) ?? wrongUpgrade(incoming);
      if (refusal) return refuseUpgrade(socket, refusal);
      const open = this.#begin(incoming);
      passSocket({ incoming, socket, head }, open, this.#target!.origin.replace(/^http/, 'ws') + (incoming.url ?? '/'));
    });
  }

  /** @throws Error when it cannot listen there. */
  static async start(options: RecordingProxyOptions = {}): Promise<RecordingProxy> {
    const server = createServer({ requestTimeout: 0 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return new RecordingProxy(server, options);
  }

  /** What stands for the target's base URL. */
  get url(): string {
    return this.origin + (this.#target?.pathname ?? '').replace(/\/$/, '');
  }

  /** @throws TypeError for what is no http or https URL. */
  set target(url: string) {
    const target = new URL(url);
    if (target.protocol !== 'http:' && target.protocol !== 'https:')
      throw new TypeError(`expected an http or https URL, got ${url}`);
    this.#target = target;
  }

  /** Ends what is open with `left`. */
  async close(): Promise<void> {
    for (const open of this.#open) open.end('left', 'the recording was ended');
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Why a request cannot be passed on: a status, and a sentence. */
  #refusal({ url = '/' }: IncomingMessage): [status: number, why: string] | undefined {
    const most = this.#options.exchanges ?? 10_000;
    if (!this.#target) return [503, 'nothing is recorded yet'];
    // An absolute form (RFC 9112, 3.2.2) would be a request for somebody else.
    if (!url.startsWith('/')) return [400, 'expected a path as the target of the request'];
    const isFull = this.#begun >= most;
    if (!isFull && this.#kept < KEPT) return undefined;
    this.refused += 1;
    return [503, isFull ? `the recording holds its ${most} exchanges` : `the recording holds its ${KEPT} characters`];
  }

  #begin({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): OpenExchange {
    const exchange: Exchange = {
      id: this.clock.nextExchangeId(),
      request: { atMs: this.clock.nowMs(), method, url: this.origin + url, headers: pairs(rawHeaders) },
      frames: [],
    };
    this.#begun += 1;
    const isKept = this.#options.keep ?? true;
    if (isKept) this.exchanges.push(exchange);
    const open = new OpenExchange(exchange, { ...PATIENT, ...this.#options.limits }, this.clock, () => {
      this.#open.delete(open);
      if (isKept) this.#kept += sizeOf(exchange);
      this.#options.onExchange?.(exchange);
    });
    this.#open.add(open);
    return open;
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const refusal = this.#refusal(incoming);
    if (refusal) return refuse(outgoing, ...refusal);
    const { method = 'GET', url = '/' } = incoming;
    const open = this.#begin(incoming);
    const { headers } = open.exchange.request;

    const target = this.#target!;
    const { origin, host, protocol } = target;
    // Without content coding, so that what is recorded is what was said.
    const own = headers.filter(([name]) => !HOP_BY_HOP.test(name) && !/^(?:host|accept-encoding)$/i.test(name));
    const sent = [['Host', host], ...own, ['Accept-Encoding', 'identity']].flat();
    if (incoming.headers['transfer-encoding'] !== undefined) sent.push('Transfer-Encoding', 'chunked');
    else if (incoming.headers['content-length'] === undefined && !/^(?:GET|HEAD|DELETE|OPTIONS)$/.test(method))
      sent.push('Content-Length', '0');
    const send = protocol === 'https:' ? requestHttps : requestHttp;
    // A connection of its own: one that was kept could have gone away, and what streams cannot be sent twice.
    // The path as the client wrote it: a URL would make another one of `/a/../b`.
    const outward = send({ ...urlToHttpOptions(target), path: url, method, headers: sent, agent: false });
    outgoing.on('error', () => {});
    open.onEnd(() => finish(open, outgoing));
    followRequest(outward, open, { isReused: () => false, onConnected: () => {} });
    outward.on('response', (answer) => this.#answer(answer, outgoing, open, origin));
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) open.end('left', 'the client left');
    });
    passBody(incoming, outward, open);
  }

  #answer(answer: IncomingMessage, outgoing: ServerResponse, open: OpenExchange, from: string): void {
    const { statusCode = 502, statusMessage } = answer;
    // There is no such status (RFC 9110, 15), and Node writes none.
    if (statusCode < 100) return open.end('malformed', `expected a status of HTTP, got ${statusCode}`);
    const headers = pairs(answer.rawHeaders)
      .filter(([name]) => !HOP_BY_HOP.test(name))
      .map(([name, value]): [string, string] =>
        /^location$/i.test(name) && value.startsWith(`${from}/`)
          ? [name, this.origin + value.slice(from.length)]
          : [name, value],
      );
    if (open.exchange.response) open.exchange.response.headers = headers;
    if (!asksForCard(open.exchange)) {
      outgoing.writeHead(statusCode, statusMessage, headers.flat());
      // Sends the head now, as `flushHeaders` does, which writes it in UTF-8: its bytes are not always ASCII.
      outgoing.socket?.cork();
      outgoing.write('', 'latin1');
      outgoing.socket?.uncork();
      open.onEnd(() => {
        if (!answer.complete) outgoing.destroy();
      });
      const { onBytes } = this.#options;
      if (onBytes) open.onContent = (bytes) => onBytes(open.exchange, bytes);
      return void answer.pipe(outgoing);
    }
    open.onEnd((kind) => {
      const { response } = open.exchange;
      if (kind !== 'complete' || !response) return;
      const moved = movedCard(response.json, from, this.origin);
      if (moved !== undefined) Object.assign(response, { json: moved, body: { text: JSON.stringify(moved) } });
      const { body } = response;
      const bytes = body && ('text' in body ? Buffer.from(body.text) : Buffer.from(body.base64, 'base64'));
      if (bytes) {
        const own = headers.filter(([name]) => !/^content-(?:length|encoding)$/i.test(name));
        response.headers = [...own, ['Content-Length', String(bytes.length)]];
      }
      outgoing.writeHead(statusCode, statusMessage, response.headers.flat()).end(bytes);
    });
  }
}

/** Passes the content of a request on, and keeps it. */
function passBody(incoming: IncomingMessage, outward: ReturnType<typeof requestHttp>, open: OpenExchange): void {
  const content = new GrowingBytes();
  const { bodyBytes } = open.limits;
  open.onEnd(() => incoming.unpipe(outward).resume());
  incoming.on('data', (bytes: Buffer) => {
    if (open.isOver) return;
    const room = bodyBytes - content.length;
    content.append(bytes.subarray(0, room));
    if (bytes.length > room) return open.end('limit', `more than ${bodyBytes} bytes of a request's content`);
  });
  // Before the end is passed on: an answer may follow at once.
  incoming.once('end', () => {
    const body = bodyOf(content.bytes);
    if (body) open.exchange.request.body = body;
  });
  incoming.pipe(outward);
}

/** What an exchange keeps in memory, in characters, about. */
function sizeOf({ request, response, frames }: Exchange): number {
  const lengthOf = (body: Exchange['request']['body']) =>
    (!body ? '' : 'text' in body ? body.text : body.base64).length;
  const framed = frames.reduce((sum, { data }) => sum + data.length, 0);
  return lengthOf(request.body) + lengthOf(response?.body) + framed;
}

/** What has no answer is told the client; where one has begun, it is cut: a client must not take it for whole. */
function finish({ exchange: { end, response } }: OpenExchange, outgoing: ServerResponse): void {
  if (!end || end.kind === 'complete' || outgoing.headersSent) return;
  if (end.kind === 'left') return void outgoing.destroy();
  if (end.kind === 'limit' && !response) return refuse(outgoing, 413, end.message ?? 'too much');
  refuse(outgoing, 502, `the server gave no answer: ${end.message ?? end.kind}`);
}

function refuse(outgoing: ServerResponse, status: number, why: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  outgoing.end(`recording proxy: ${why}\n`);
}
