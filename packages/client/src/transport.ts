import { createPlatform } from '#platform';
import { type Auth, bearer } from './auth.ts';
import { InvalidInputError } from './errors.ts';
import { type HeaderRecord, headerRecord, type HeadersGiven } from './headers.ts';
import { compose, type Middleware } from './middleware.ts';
import type { Send } from './platform/raw.ts';
import type { RetryPolicy } from './retry.ts';
import { sender } from './send.ts';

/** What the platform's `Headers` takes; not every library has its `HeadersInit`. */
export type { HeadersGiven };

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
  /** Default: undici under Node, which is the faster part of its `fetch`; elsewhere the platform's. */
  fetch?: typeof fetch;
  /** Sent with every request, after the protocol's own. They and `auth` also go to the interface that the card names. */
  headers?: HeadersGiven;
  auth?: Auth;
  timeouts?: Timeouts;
  limits?: Limits;
  /** `false` switches retries off. */
  retry?: RetryPolicy | false;
  middleware?: readonly Middleware[];
}

export interface Transport {
  send: Send;
  /** Lets go of the connections; what is under way fails. */
  close(): void;
  headers: HeaderRecord;
  /** Tokens that were sent: they are taken out of what errors say. */
  tokens: ReadonlySet<string>;
  timeouts: Required<Omit<Timeouts, 'totalMs'>> & Pick<Timeouts, 'totalMs'>;
  limits: Required<Limits>;
  retry: RetryPolicy | false;
}

const MIB = 1024 * 1024;

/** `credentials` is the innermost layer, where a protocol has others than a bearer token; what it sends goes into `secrets`. */
export function createTransport(
  options: TransportOptions,
  credentials: (secrets: Set<string>) => Middleware | undefined = bearerOf(options),
): Transport {
  const { fetch, middleware = [], retry = {} } = options;
  checkPositive(options.timeouts);
  checkPositive(options.limits);
  const platform = createPlatform(fetch);
  const tokens = new Set<string>();
  const innermost = credentials(tokens);
  const layers = innermost ? [...middleware, innermost] : middleware;
  return {
    send: compose(layers, sender(platform.send)),
    close: platform.close,
    headers: headerRecord(options.headers),
    tokens,
    timeouts: { connectMs: 30_000, firstEventMs: 60_000, idleMs: 120_000, ...options.timeouts },
    limits: { bodyBytes: 16 * MIB, eventBytes: 16 * MIB, ...options.limits },
    retry,
  };
}

function bearerOf({ auth }: TransportOptions) {
  return (secrets: Set<string>) => (auth === undefined ? undefined : bearer(auth, secrets));
}

export function checkPositive(numbers: Timeouts | Limits | undefined): void {
  if (!numbers) return;
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0)) throw new InvalidInputError(`${name}: expected a number above 0, got ${value}`);
  }
}
