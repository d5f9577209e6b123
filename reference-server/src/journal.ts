import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { operationIn, requestIn } from './asked.ts';
import { watchResponse, watchSocket } from './watch.ts';
import type { Watcher } from './watch.ts';
import type { GivenAnswer, GivenEvent } from './given-answer.ts';
import { onUpgrade } from './upgrade.ts';
import { visibleHeaders } from './visible-headers.ts';

/** What a client sent: an HTTP request, or one message on a socket (its method is `MESSAGE`). */
export interface ReceivedRequest {
  /** Counted from 1 since the server started. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Of a message: the `id` of the request that opened its socket. */
  readonly socket: number | undefined;
  /** Whose route took it, where answers are kept: an id such as `a2a@1.0`. */
  readonly protocol: string | undefined;
  /** Names in lower case; what may be secret is `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text; undefined where none came, or none that could be read. At most 64 KiB of it. */
  readonly body: string | undefined;
  /** `body`, where it is JSON. */
  readonly json: unknown;
  /** What it asks for in the terms of `protocol`: `SendMessage`, `chat-stream`, `createResponse` … */
  readonly operation: string | undefined;
  /** The message of the request, where it is as the schema says; see `server.journal`. */
  readonly request: unknown;
  /** What the server answered, where it keeps that (`record: true`); of a WebSocket what went out on it, at the request that opened it. */
  readonly answer: GivenAnswer | undefined;
}

/** What happens to a journal, as it happens. */
export type JournalChange =
  | { type: 'request'; request: ReceivedRequest }
  /** The head of a stream was written, or an answer is over. Its events are told one by one. */
  | { type: 'answer'; id: number; answer: GivenAnswer }
  | { type: 'event'; id: number; event: GivenEvent }
  | { type: 'cleared' };

/** What came, the oldest first: the latest thousand, and at most 16 MiB of bodies. */
export interface Journal {
  readonly requests: readonly ReceivedRequest[];
  /** How many came and are not there any more: there was no room for them, or they were cleared. */
  readonly forgotten: number;
  /** A message came on the socket that this request opened. */
  message(opening: FastifyRequest, data: string | Uint8Array): void;
  /** The route of a protocol took the request. */
  routed(request: FastifyRequest, protocol: string): void;
  /** Calls back with whatever happens from now on, until it is told to stop. Needs `record`. */
  listen(told: (change: JournalChange) => void): () => void;
  clear(): void;
}

const MOST = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;
const BODY_BYTES = 64 * 1024;

/** Kept as it came, and made readable when somebody looks: most requests nobody looks at. */
class Received implements ReceivedRequest {
  bytes: string | Uint8Array | undefined;
  answer: GivenAnswer | undefined;

  protocol: string | undefined;
  socket: number | undefined;
  dropped = false;
  /** Listeners know of it. */
  told = false;
  readonly id: number;
  readonly at: number = Date.now();
  readonly method: string;
  readonly path: string;
  readonly #headers: IncomingHttpHeaders;

  constructor(id: number, method: string, path: string, headers: IncomingHttpHeaders) {
    this.id = id;
    this.method = method;
    this.path = path;
    this.#headers = headers;
  }

  get headers(): Record<string, string> {
    return visibleHeaders(this.#headers);
  }

  get body(): string | undefined {
    return this.bytes === undefined || typeof this.bytes === 'string' ? this.bytes : Buffer.from(this.bytes).toString();
  }

  get json(): unknown {
    try {
      return JSON.parse(this.body ?? '');
    } catch {
      return undefined;
    }
  }

  get operation(): string | undefined {
    return this.protocol === undefined ? undefined : operationIn(this.protocol, this);
  }

  get request(): unknown {
    return this.protocol === undefined ? undefined : requestIn(this.protocol, this);
  }

  /** Without `request`, which is `json` in other words. */
  toJSON(): Omit<ReceivedRequest, 'request'> {
    const { id, at, method, path, socket, protocol, operation, headers, body, json, answer } = this;
    return { id, at, method, path, socket, protocol, operation, headers, body, json, answer };
  }
}

const NOTED = Symbol('noted');
type Noted = FastifyRequest & { [NOTED]?: Received };

/** Whether a body follows the head (RFC 9112, 6.3). */
const hasBody = ({ 'content-length': length, 'transfer-encoding': coding }: IncomingHttpHeaders): boolean =>
  coding !== undefined || (length !== undefined && length !== '0');

/** Writes down all that comes to an application, also what no agent sees. */
export function createJournal(scope: FastifyInstance, { record = false } = {}): Journal {
  const requests: Received[] = [];
  const listeners = new Set<(change: JournalChange) => void>();
  let bytes = 0;
  let count = 0;

  function tell(one: Received, change?: JournalChange): void {
    if (listeners.size === 0 || one.dropped) return;
    if (!one.told) for (const listener of listeners) listener({ type: 'request', request: one });
    one.told = true;
    if (change) for (const listener of listeners) listener(change);
  }
  const watcher = (one: Received): Watcher => ({
    event: (event) => tell(one, { type: 'event', id: one.id, event }),
    answer: (answer) => tell(one, { type: 'answer', id: one.id, answer }),
  });

  function add(method: string, path: string, headers: IncomingHttpHeaders): Received {
    const one = new Received(++count, method, path, headers);
    requests.push(one);
    while (requests.length > MOST || (bytes > MOST_BYTES && requests.length > 1)) {
      const oldest = requests.shift()!;
      oldest.dropped = true;
      bytes -= oldest.bytes?.length ?? 0;
    }
    return one;
  }
  function fill(one: Received, data: string | Uint8Array): void {
    if (one.dropped) return;
    // A copy where it is cut, so that the rest does not stay.
    one.bytes = data.length <= BODY_BYTES ? data : data.slice(0, BODY_BYTES);
    if (data.length > BODY_BYTES && typeof data !== 'string') one.bytes = Uint8Array.from(data.subarray(0, BODY_BYTES));
    bytes += one.bytes.length;
  }

  scope.addHook('onRequest', (request, reply, done) => {
    const one = add(request.method, request.url, request.headers);
    (request as Noted)[NOTED] = one;
    if (record) {
      onUpgrade(request.raw, (socket) => (one.answer = watchSocket(socket, watcher(one))));
      one.answer = watchResponse(reply.raw, watcher(one));
    }
    done();
  });
  scope.addHook('preValidation', (request, _reply, done) => {
    const one = (request as Noted)[NOTED];
    if (one && request.body instanceof Buffer && request.body.length > 0) fill(one, request.body);
    if (one && hasBody(request.headers)) tell(one);
    done();
  });
  return {
    requests,
    get forgotten() {
      return count - requests.length;
    },
    message(opening, data) {
      const one = add('MESSAGE', opening.url, opening.headers);
      const opened = (opening as Noted)[NOTED];
      one.socket = opened?.id;
      one.protocol = opened?.protocol;
      fill(one, data);
      tell(one);
    },
    routed(request, protocol) {
      const one = (request as Noted)[NOTED];
      if (!one) return;
      one.protocol = protocol;
      if (!hasBody(request.headers)) tell(one);
    },
    listen(told) {
      listeners.add(told);
      return () => void listeners.delete(told);
    },
    clear() {
      for (const listener of listeners) listener({ type: 'cleared' });
      for (const one of requests.splice(0)) one.dropped = true;
      bytes = 0;
    },
  };
}
