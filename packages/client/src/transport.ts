import { type Auth, bearer } from './auth.ts';
import { ConnectionError, InvalidInputError } from './errors.ts';
import { compose, type Middleware, type Next, place } from './middleware.ts';
import type { RetryPolicy } from './retry.ts';

/** All in milliseconds; `Infinity` means no limit. */
export interface Timeouts {
  /** Until the response head. Not for a blocking send, whose head waits for the agent. Default 30,000. */
  connectMs?: number;
  /** From the head of a stream to its first event. Default 60,000. */
  firstEventMs?: number;
  /** Without a byte, keep-alive comments included. Time that the consumer of a stream takes does not count. Default 120,000. */
  idleMs?: number;
  /** The whole call with its retries. Default 300,000, and none for streams. */
  totalMs?: number;
}

/** In bytes. Default 16 MiB each. */
export interface Limits {
  bodyBytes?: number;
  eventBytes?: number;
}

export interface TransportOptions {
  /** Default: the platform's. */
  fetch?: typeof fetch;
  /** Sent with every request, after the protocol's own. They and `auth` also go to the interface that the card names. */
  headers?: HeadersInit;
  auth?: Auth;
  timeouts?: Timeouts;
  limits?: Limits;
  /** `false` switches retries off. */
  retry?: RetryPolicy | false;
  middleware?: readonly Middleware[];
}

export interface Transport {
  send: Next;
  headers: Headers;
  timeouts: Required<Omit<Timeouts, 'totalMs'>> & Pick<Timeouts, 'totalMs'>;
  limits: Required<Limits>;
  retry: RetryPolicy | false;
}

const MIB = 1024 * 1024;

export function createTransport(options: TransportOptions): Transport {
  const { fetch = globalThis.fetch, auth, middleware = [], retry = {} } = options;
  checkPositive(options.timeouts);
  checkPositive(options.limits);
  const layers = auth === undefined ? middleware : [...middleware, bearer(auth)];
  return {
    send: compose(layers, sender(fetch)),
    headers: new Headers(options.headers),
    timeouts: { connectMs: 30_000, firstEventMs: 60_000, idleMs: 120_000, ...options.timeouts },
    limits: { bodyBytes: 16 * MIB, eventBytes: 16 * MIB, ...options.limits },
    retry,
  };
}

export function checkPositive(numbers: Timeouts | Limits = {}): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0)) throw new InvalidInputError(`${name}: expected a number above 0, got ${value}`);
  }
}

/** Failures where no byte of the request can have reached a server. */
const NOTHING_SENT = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

function sender(fetch: typeof globalThis.fetch): Next {
  return async (request) => {
    const { method, url, headers, body, signal } = request;
    try {
      return await fetch(url, { method, headers, signal, ...(body !== undefined && { body }) });
    } catch (error) {
      signal.throwIfAborted();
      const reason = codeOf(error);
      throw new ConnectionError(`${place(request)}: ${reason ?? 'no connection, or it broke before an answer'}`, {
        cause: error,
        nothingSent: reason !== undefined && NOTHING_SENT.includes(reason),
      });
    }
  };
}

/** The system's or undici's code, which `fetch` hides in the cause. */
function codeOf(error: unknown): string | undefined {
  const code = (error as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return typeof code === 'string' ? code : undefined;
}
