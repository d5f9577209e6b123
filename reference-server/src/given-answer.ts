/** One event of an answer, as it went out. */
export interface GivenEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The data of an event stream's event, an NDJSON line, or a WebSocket message. */
  readonly data: string;
  /** Of an event stream. */
  readonly event?: string;
  /** Of an event stream. */
  readonly id?: string;
  /** `data`, where it is JSON. */
  readonly json?: unknown;
}

/** What the server answered. */
export interface GivenAnswer {
  /** 101 for a WebSocket. */
  readonly status: number;
  /** Names in lower case; what may be secret is `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of an answer that is no stream; at most 64 KiB of it. */
  readonly body: string | undefined;
  /** `body`, where it is JSON. */
  readonly json: unknown;
  /** Of a stream, or what went out on a WebSocket: the first ten thousand. */
  readonly events: readonly GivenEvent[];
  /** `broken`: the connection ended before the answer did. Undefined while it lasts. */
  readonly end: 'complete' | 'broken' | undefined;
  /** Milliseconds since the epoch. Undefined while it lasts. */
  readonly endedAt: number | undefined;
}
