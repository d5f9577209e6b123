import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { watchResponse, watchSocket } from './watch.ts';
import type { GivenAnswer } from './given-answer.ts';
import { onUpgrade } from './upgrade.ts';
import { visibleHeaders } from './visible-headers.ts';

/** What a client sent: an HTTP request, or one message on a socket (its method is `MESSAGE`). */
export interface ReceivedRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Names in lower case; what may be secret is `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text; undefined where none came, or none that could be read. At most 64 KiB of it. */
  readonly body: string | undefined;
  /** `body`, where it is JSON. */
  readonly json: unknown;
  /** What the server answered, where it keeps that (`record: true`); of a WebSocket what went out on it, at the request that opened it. */
  readonly answer: GivenAnswer | undefined;
}

/** What came, the oldest first: the latest thousand, and at most 16 MiB of bodies. */
export interface Journal {
  readonly requests: readonly ReceivedRequest[];
  message(path: string, headers: IncomingHttpHeaders, data: string | Uint8Array): void;
  clear(): void;
}

const MOST = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;
const BODY_BYTES = 64 * 1024;

/** Kept as it came, and made readable when somebody looks: most requests nobody looks at. */
class Received implements ReceivedRequest {
  bytes: string | Uint8Array | undefined;
  answer: GivenAnswer | undefined;

  dropped = false;
  readonly at: number = Date.now();
  readonly method: string;
  readonly path: string;
  readonly #headers: IncomingHttpHeaders;

  constructor(method: string, path: string, headers: IncomingHttpHeaders) {
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

  toJSON(): ReceivedRequest {
    const { at, method, path, headers, body, json, answer } = this;
    return { at, method, path, headers, body, json, answer };
  }
}

const NOTED = Symbol('noted');
type Noted = FastifyRequest & { [NOTED]?: Received };

/** Writes down all that comes to an application, also what no agent sees. */
export function createJournal(scope: FastifyInstance, { record = false } = {}): Journal {
  const requests: Received[] = [];
  let bytes = 0;

  function add(method: string, path: string, headers: IncomingHttpHeaders): Received {
    const one = new Received(method, path, headers);
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
      onUpgrade(request.raw, (socket) => (one.answer = watchSocket(socket)));
      one.answer = watchResponse(reply.raw);
    }
    done();
  });
  scope.addHook('preValidation', (request, _reply, done) => {
    const one = (request as Noted)[NOTED];
    if (one && request.body instanceof Buffer && request.body.length > 0) fill(one, request.body);
    done();
  });
  return {
    requests,
    message: (path, headers, data) => fill(add('MESSAGE', path, headers), data),
    clear() {
      for (const one of requests.splice(0)) one.dropped = true;
      bytes = 0;
    },
  };
}
