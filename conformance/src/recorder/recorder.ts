import type { Exchange, Headers, RecordedRequest } from '@agentproto/recording';
import { bodyOf } from './body.ts';
import { ConnectionPool, startHttpExchange } from './http-exchange.ts';
import { LiveExchange } from './live-exchange.ts';
import { LiveSocket } from './live-socket.ts';
import { OpenExchange } from './open-exchange.ts';
import { methodOf, startRawExchange } from './raw-exchange.ts';
import { createRecordingClock, type RecordingClock } from './recording-clock.ts';
import type { ExchangeSpec, RawSpec, RequestSpec, SocketSpec } from './request-spec.ts';
import { startSocketExchange, type SocketWire } from './socket-exchange.ts';
import { DEFAULT_WAIT_LIMITS, type WaitLimits } from './wait-limits.ts';

export type { LiveExchange } from './live-exchange.ts';
export type { LiveSocket } from './live-socket.ts';
export type { RecordingClock } from './recording-clock.ts';
export type { ExchangeSpec, RawSpec, RequestSpec, SocketSpec } from './request-spec.ts';
export type { WaitLimits } from './wait-limits.ts';

export interface RecorderOptions {
  /** Added to each request, unless the request has one of the same name. */
  headers?: Headers;
  /** Names of inherited headers that are not taken over; for `derive`. */
  without?: readonly string[];
  limits?: Partial<WaitLimits>;
  /** Called exactly once for each exchange, when it has ended. */
  onExchange?: (exchange: Exchange) => void;
  /** An abort ends every open exchange, and every later one at once, with `left`. */
  signal?: AbortSignal;
  /** The label of exchanges that bring none. */
  label?: string;
  /** Shared with whoever else writes the same recording; a new one by default. */
  clock?: RecordingClock;
}

/**
 * The suite's eyes. It sends requests, well-formed or not, and writes down what happens: raw headers, the
 * time of every chunk, how the connection ended. Whatever a target does becomes data in the exchange;
 * nothing rejects because of it, and every wait has a limit.
 */
export class Recorder implements AsyncDisposable {
  /** This recorder, then those that it was derived from. */
  readonly #lineage: readonly Recorder[];
  readonly #setting: Setting;
  readonly #onExchange: ((exchange: Exchange) => void) | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #open = new Set<OpenExchange>();
  readonly #abort = () => this.#stop('aborted');
  /** Why nothing more is recorded here. */
  #stopped: string | undefined;

  /** `parent` is for `derive`. */
  constructor(options: RecorderOptions = {}, parent?: Recorder) {
    this.#lineage = [this, ...(parent ? parent.#lineage : [])];
    const { pool, ...setting } = parent ? parent.#setting : newSetting();
    this.#setting = {
      pool,
      clock: options.clock ?? setting.clock,
      headers: withDefaults(options.headers ?? [], without(setting.headers, options.without)),
      limits: { ...setting.limits, ...options.limits },
      label: options.label ?? setting.label,
    };
    this.#onExchange = options.onExchange;
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Resolves at the response's head, or when the exchange failed before (`exchange.end` is then set). Never rejects. */
  async open(spec: RequestSpec): Promise<LiveExchange> {
    const open = this.#send(spec);
    await open.answered;
    return new LiveExchange(open);
  }

  /** Resolves when the exchange has ended. Never rejects. */
  request(spec: RequestSpec): Promise<Exchange> {
    return this.#send(spec).ended;
  }

  /** Bytes as they are over a socket of their own. Resolves when the exchange has ended. Never rejects. */
  raw(spec: RawSpec): Promise<Exchange> {
    const open = this.#begin({ hostile: true, ...spec }, { method: methodOf(spec.pieces), url: spec.url, headers: [] });
    this.#reach(open, HTTP, (url) => startRawExchange(open, url, spec.pieces));
    return open.ended;
  }

  /**
   * Opens a WebSocket: one exchange, whose frames are the messages of both sides. Resolves at the answer to
   * the upgrade, or when the exchange failed before. Never rejects.
   */
  async socket(spec: SocketSpec): Promise<LiveSocket> {
    const headers = withDefaults(spec.headers ?? [], this.#setting.headers);
    const open = this.#begin(spec, { method: 'GET', url: spec.url, headers });
    let wire: SocketWire | undefined;
    this.#reach(open, WEBSOCKET, (url) => (wire = startSocketExchange(open, url, spec)));
    await open.answered;
    return new LiveSocket(open, wire);
  }

  /** Milliseconds since the recording began. */
  get nowMs(): number {
    return this.#setting.clock.nowMs();
  }

  /** Writes down an exchange that the other side began, and that is over. */
  received(exchange: Omit<Exchange, 'id'>): Exchange {
    const { clock, label } = this.#setting;
    const recorded: Exchange = { id: clock.nextExchangeId(), ...(label === undefined ? {} : { label }), ...exchange };
    if (!this.#lineage.some((recorder) => recorder.#stopped))
      for (const recorder of this.#lineage) recorder.#onExchange?.(recorded);
    return recorded;
  }

  /**
   * A recorder of the same recording (ids, clock, connections, limits) for one purpose: its headers replace
   * ours of the same name; its exchanges are told to its listener and to ours; ours ending ends them too.
   */
  derive(options: Omit<RecorderOptions, 'clock'>): Recorder {
    return new Recorder(options, this);
  }

  /** Ends every exchange that is open here with `left`; the first recorder of a recording closes the connections too. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#stop('the recorder was closed');
    if (this.#lineage.length === 1) this.#setting.pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #send(spec: RequestSpec): OpenExchange {
    const { method, url } = spec;
    const bytes = typeof spec.body === 'string' ? Buffer.from(spec.body) : spec.body;
    const body = bytes && bodyOf(bytes);
    const headers = withDefaults(spec.headers ?? [], this.#setting.headers);
    const open = this.#begin(spec, { method, url, headers, ...(body ? { body } : {}) });
    this.#reach(open, HTTP, (target) => {
      open.exchange.request.headers = framed(headers, method, target, bytes);
      startHttpExchange(open, target, bytes, this.#setting.pool, { readAfter: spec.readAfter });
    });
    return open;
  }

  #begin(spec: ExchangeSpec, request: Omit<RecordedRequest, 'atMs'>): OpenExchange {
    const { clock, limits } = this.#setting;
    const { label = this.#setting.label, binding, operation, hostile } = spec;
    const exchange: Exchange = {
      id: clock.nextExchangeId(),
      ...(label === undefined ? {} : { label }),
      ...(binding === undefined ? {} : { binding }),
      ...(operation === undefined ? {} : { operation }),
      ...(hostile ? { hostile } : {}),
      request: { atMs: clock.nowMs(), ...request },
      frames: [],
    };
    const open = new OpenExchange(exchange, { ...limits, ...spec.limits }, clock, () => {
      for (const recorder of this.#lineage) recorder.#open.delete(open);
      for (const recorder of this.#lineage) recorder.#onExchange?.(exchange);
    });
    for (const recorder of this.#lineage) recorder.#open.add(open);
    return open;
  }

  /** Starts the exchange at its URL, or ends it where it cannot start. */
  #reach(open: OpenExchange, schemes: readonly [string, string], start: (url: URL) => void): void {
    const stopped = this.#lineage.find((recorder) => recorder.#stopped);
    if (stopped) return open.end('left', stopped.#stopped);
    const text = open.exchange.request.url;
    const url = URL.parse(text);
    if (!url || !schemes.includes(url.protocol))
      return open.end('unreachable', `expected an ${schemes.join(' or ')} URL, got ${JSON.stringify(text)}`);
    start(url);
  }

  #stop(why: string): void {
    this.#stopped ??= why;
    for (const open of this.#open) open.end('left', why);
  }
}

const HTTP = ['http:', 'https:'] as const;
const WEBSOCKET = ['ws:', 'wss:'] as const;

/** What a derived recorder takes over. */
interface Setting {
  pool: ConnectionPool;
  clock: RecordingClock;
  headers: Headers;
  limits: WaitLimits;
  label: string | undefined;
}

function newSetting(): Setting {
  return {
    pool: new ConnectionPool(),
    clock: createRecordingClock(),
    headers: [],
    limits: DEFAULT_WAIT_LIMITS,
    label: undefined,
  };
}

/** With what HTTP/1.1 needs of every request (RFC 9112, 3.2; RFC 9110, 8.6): said here, so that the record is what was sent. */
function framed(headers: Headers, method: string, url: URL, body: Uint8Array | undefined): Headers {
  const framing: Headers = [['Host', url.host]];
  const chunked = headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  if (!chunked && (body || /^(?:POST|PUT|PATCH)$/.test(method)))
    framing.push(['Content-Length', String(body?.length ?? 0)]);
  framing.push(['Connection', 'keep-alive']);
  return withDefaults(headers, framing);
}

function without(headers: Headers, names: readonly string[] = []): Headers {
  const left = new Set(names.map((name) => name.toLowerCase()));
  return headers.filter(([name]) => !left.has(name.toLowerCase()));
}

function withDefaults(own: Headers, defaults: Headers): Headers {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  return [...defaults.filter(([name]) => !names.has(name.toLowerCase())), ...own];
}
