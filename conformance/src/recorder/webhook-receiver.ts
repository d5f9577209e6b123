import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange, Headers } from '@agentproto/recording';
import { AwakeTimer } from './awake-timer.ts';
import { bodyOf, readJsonBody } from './body.ts';
import type { Recorder } from './recorder.ts';

/** Where the suite takes webhook calls, and under which address the target is told that it does. */
export interface WebhookPlace {
  /** An address of this machine; default: loopback. */
  host: string;
  /** 0: a free one. */
  port: number;
  /** What stands before the path of a webhook in the URL that the target is given; default: where it listens. */
  url?: string | undefined;
}

/** A call that came to a webhook. */
export interface WebhookCall {
  exchange: Exchange;
  /** The body, where it is JSON. */
  json: unknown;
}

/** What a webhook answers; `hang`: nothing, for as long as it is there. */
export type WebhookAnswer = { status: number; headers?: Record<string, string> } | 'hang';

/** A target that sends more is not listened to any more. */
const LIMITS = { bodyBytes: 1024 * 1024, calls: 2_000, requestMs: 10_000, connections: 256 };

/** One webhook: a URL that nobody can guess, and what comes to it. */
export class Webhook {
  readonly url: string;
  readonly calls: WebhookCall[] = [];
  readonly recorder: Recorder;
  readonly answer: (call: WebhookCall, index: number) => WebhookAnswer;
  readonly #waiting = new Set<() => void>();

  constructor(url: string, recorder: Recorder, answer: (call: WebhookCall, index: number) => WebhookAnswer) {
    this.url = url;
    this.recorder = recorder;
    this.answer = answer;
  }

  /** The first call that is as wanted, one that came before included; undefined when none comes within `ms`. */
  next(wanted: (call: WebhookCall) => boolean, ms: number): Promise<WebhookCall | undefined> {
    return new Promise((resolve) => {
      const settle = (call?: WebhookCall) => {
        timer.stop();
        this.#waiting.delete(look);
        resolve(call);
      };
      const look = () => {
        const call = this.calls.find(wanted);
        if (call) settle(call);
      };
      const timer = new AwakeTimer(ms, settle);
      this.#waiting.add(look);
      look();
    });
  }

  /** A call has come. */
  take(call: WebhookCall): void {
    this.calls.push(call);
    for (const look of [...this.#waiting]) look();
  }
}

/**
 * Takes the webhook calls of a run. It listens from the first webhook on, writes each call down as an exchange whose request
 * is the target's and whose response is ours, and knows nobody but the webhooks that were opened.
 */
export class WebhookReceiver implements AsyncDisposable {
  readonly #place: WebhookPlace;
  readonly #hooks = new Map<string, Webhook>();
  readonly #held = new Set<ServerResponse>();
  #server: Server | undefined;
  #listening: Promise<string> | undefined;

  constructor(place: WebhookPlace) {
    this.#place = place;
  }

  /** @throws Error when it cannot listen where it was told to. */
  async open(recorder: Recorder, answer: Webhook['answer'] = () => ({ status: 200 })): Promise<Webhook> {
    const base = await (this.#listening ??= this.#listen());
    const path = `/hook/${randomUUID()}`;
    const hook = new Webhook(base + path, recorder, answer);
    // A proxy may put a path of its own before ours, or take it away: the name alone says which it is.
    this.#hooks.set(path.slice(path.lastIndexOf('/') + 1), hook);
    return hook;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    if (!server) return;
    for (const response of this.#held) response.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  #listen(): Promise<string> {
    const { host, port, url } = this.#place;
    const server = createServer((request, response) => void this.#receive(request, response));
    this.#server = server;
    server.headersTimeout = server.requestTimeout = LIMITS.requestMs;
    server.maxConnections = LIMITS.connections;
    // Whoever waits for nothing else has finished.
    server.unref();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        const { port: bound } = server.address() as AddressInfo;
        resolve(url?.replace(/\/+$/, '') ?? `http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
      });
    });
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const hook = this.#hooks.get(path.slice(path.lastIndexOf('/') + 1));
    const refuse = (status: number) => void response.writeHead(status, { connection: 'close' }).end();
    if (!hook) return refuse(404);
    if (hook.calls.length >= LIMITS.calls) return refuse(429);
    const atMs = hook.recorder.nowMs;
    const bytes = await bodyBytes(request);
    if (bytes === 'broken') return void response.destroy();
    if (bytes === 'too much') return refuse(413);
    const body = bodyOf(bytes);
    const reading = readJsonBody(body, 'application/json');
    const headers = pairs(request.rawHeaders);
    const index = hook.calls.length;
    const exchange: Omit<Exchange, 'id'> = {
      binding: 'webhook',
      request: { atMs, method: request.method ?? 'POST', url: hook.url, headers, ...(body && { body }) },
      frames: [],
    };
    const json = reading && 'json' in reading ? reading.json : undefined;
    const answer = hook.answer({ exchange: { id: -1, ...exchange }, json }, index);
    if (answer === 'hang') {
      this.#held.add(response);
      response.once('close', () => this.#held.delete(response));
    } else {
      response.writeHead(answer.status, answer.headers).end();
      exchange.response = { atMs: hook.recorder.nowMs, status: answer.status, headers: [] };
    }
    const message = answer === 'hang' ? { message: 'the suite answers nothing, on purpose' } : {};
    exchange.end = { atMs: hook.recorder.nowMs, kind: answer === 'hang' ? 'left' : 'complete', ...message };
    hook.take({ exchange: hook.recorder.received(exchange), json });
  }
}

async function bodyBytes(request: IncomingMessage): Promise<Buffer | 'too much' | 'broken'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LIMITS.bodyBytes) return 'too much';
      chunks.push(chunk);
    }
  } catch {
    return 'broken';
  }
  return Buffer.concat(chunks);
}

function pairs(raw: readonly string[]): Headers {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : []));
}

/** `localhost`, `127.0.0.0/8` or `::1`. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname) || hostname.endsWith('.localhost');
}
