import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { visibleHeaders } from './visible-headers.ts';
import { framesOf } from './wire-faults/frames.ts';
import type { Frames } from './wire-faults/frames.ts';
import type { GivenAnswer, GivenEvent } from './given-answer.ts';

const BODY_BYTES = 64 * 1024;
const MOST_EVENTS = 10_000;
const STREAM = /^(?:text\/event-stream|application\/(?:x-)?ndjson|application\/jsonl)\b/i;

/** Is told what is written as it is written. */
export interface Watcher {
  event(event: GivenEvent): void;
  /** The head of a stream was written, or the answer is over. */
  answer(answer: GivenAnswer): void;
}

class Watched implements GivenAnswer {
  status = 0;
  readonly events: GivenEvent[] = [];
  end: GivenAnswer['end'];
  endedAt: GivenAnswer['endedAt'];
  #headers: OutgoingHttpHeaders = {};
  #frames: Frames | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #watcher: Watcher | undefined;

  constructor(watcher: Watcher | undefined) {
    this.#watcher = watcher;
  }

  get headers(): Record<string, string> {
    return visibleHeaders(this.#headers as IncomingHttpHeaders);
  }

  get body(): string | undefined {
    return this.#bytes === 0 ? undefined : Buffer.concat(this.#chunks).toString();
  }

  get json(): unknown {
    return parsed(this.body ?? '');
  }

  head(status: number, headers: OutgoingHttpHeaders): void {
    this.status = status;
    for (const [name, value] of Object.entries(headers)) this.#headers[name.toLowerCase()] = value;
    const type = String(this.#headers['content-type'] ?? '');
    if (!STREAM.test(type)) return;
    this.#frames = framesOf(type);
    this.#watcher?.answer(this);
  }

  take(data: Buffer): void {
    if (!this.#frames) {
      if (this.#bytes < BODY_BYTES) this.#chunks.push(Buffer.from(data.subarray(0, BODY_BYTES - this.#bytes)));
      this.#bytes += data.length;
      return;
    }
    for (const { bytes, isComment } of this.#frames.take(data))
      if (!isComment) this.add(fieldsOf(Buffer.from(bytes).toString()));
  }

  add(event: Omit<GivenEvent, 'at' | 'json'>): void {
    if (this.events.length >= MOST_EVENTS) return;
    const given: GivenEvent = { at: Date.now(), ...event, json: parsed(event.data) };
    this.events.push(given);
    this.#watcher?.event(given);
  }

  over(end: GivenAnswer['end']): void {
    this.end = end;
    this.endedAt = Date.now();
    this.#watcher?.answer(this);
  }

  toJSON(): GivenAnswer {
    const { status, headers, body, json, events, end, endedAt } = this;
    return { status, headers, body, json, events, end, endedAt };
  }
}

/** Writes down what is written to a response from now on. */
export function watchResponse(response: ServerResponse, watcher?: Watcher): GivenAnswer {
  const watched = new Watched(watcher);
  const { write, end, writeHead } = response;
  let headed = false;
  const head = () => {
    if (!headed) watched.head(response.statusCode, response.getHeaders());
    headed = true;
  };
  const take = (chunk: unknown) => {
    head();
    if (typeof chunk === 'string') watched.take(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) watched.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  };
  Object.assign(response, {
    writeHead(this: ServerResponse, ...args: [status: number, ...rest: unknown[]]) {
      const headers = args.findLast((one) => typeof one === 'object' && one !== null) as
        | OutgoingHttpHeaders
        | undefined;
      watched.head(args[0], { ...response.getHeaders(), ...headers });
      headed = true;
      return Reflect.apply(writeHead, this, args) as ServerResponse;
    },
    write(this: ServerResponse, ...args: unknown[]) {
      take(args[0]);
      return Reflect.apply(write, this, args) as boolean;
    },
    end(this: ServerResponse, ...args: unknown[]) {
      take(args[0]);
      return Reflect.apply(end, this, args) as ServerResponse;
    },
  });
  response.once('close', () => watched.over(response.writableFinished ? 'complete' : 'broken'));
  return watched;
}

/** Writes down what is sent on a socket from now on. */
export function watchSocket(socket: WebSocket, watcher?: Watcher): GivenAnswer {
  const watched = new Watched(watcher);
  watched.status = 101;
  watcher?.answer(watched);
  const { send } = socket;
  let parts: Buffer[] = [];
  Object.assign(socket, {
    send(this: WebSocket, ...args: [data: string | Uint8Array, options?: { fin?: boolean } | (() => void)]) {
      const [data, options] = args;
      parts.push(Buffer.from(data as string));
      if (typeof options !== 'object' || options.fin !== false) {
        watched.add({ data: Buffer.concat(parts).toString() });
        parts = [];
      }
      Reflect.apply(send, this, args);
    },
  });
  socket.once('close', (code) => watched.over(code === 1006 ? 'broken' : 'complete'));
  return watched;
}

/** An event stream's event, or a line as it is. */
function fieldsOf(text: string): Omit<GivenEvent, 'at' | 'json'> {
  const lines = text.split(/\r\n|\n|\r/);
  const values = (name: string) =>
    lines.flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).replace(/^ /, '')] : []));
  const [event] = values('event');
  const [id] = values('id');
  const data = values('data');
  if (data.length === 0 && event === undefined) return { data: text.trimEnd() };
  return { data: data.join('\n'), ...(event !== undefined && { event }), ...(id !== undefined && { id }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
