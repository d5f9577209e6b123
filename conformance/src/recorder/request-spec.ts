import type { Headers } from '@agentproto/recording';
import type { WaitLimits } from './wait-limits.ts';

/** What every exchange may say of itself. */
export interface ExchangeSpec {
  /** The recorder's own label when absent. */
  label?: string;
  /** The protocol binding in the spec's own term. */
  binding?: string;
  /** The operation in the spec's own term. */
  operation?: string;
  /** A rule is broken on purpose: invariants do not look. */
  hostile?: boolean;
  /** Overrides for this exchange. */
  limits?: Partial<WaitLimits>;
}

/** A well-formed request. `Host`, `Content-Length` and `Connection` are added where `headers` lack them; nothing else. */
export interface RequestSpec extends ExchangeSpec {
  method: string;
  url: string;
  headers?: Headers;
  body?: string | Uint8Array;
  /** Nothing of the content is read before this resolves, so that the target meets a reader that is slow. */
  readAfter?: Promise<unknown>;
}

/**
 * Bytes as they are. Nothing is added, not even the recorder's own headers. `hostile` is true unless said
 * otherwise. After the last piece the connection stays open, and the answer is waited for.
 */
export interface RawSpec extends ExchangeSpec {
  /** Where to connect; `https:` means TLS. Its path is not sent. */
  url: string;
  /** In this order; a pause is our own and no silence of the target. */
  pieces: readonly (string | Uint8Array | { pauseMs: number })[];
}

/** A WebSocket, upgrade and all: one exchange. The headers that make the upgrade are added. */
export interface SocketSpec extends ExchangeSpec {
  /** `ws:` or `wss:`. */
  url: string;
  headers?: Headers;
  /** Subprotocols, the preferred one first. */
  protocols?: string[];
  /** `false`: pings are not answered. */
  pongs?: boolean;
}
