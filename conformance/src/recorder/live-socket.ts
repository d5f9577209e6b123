import type { Exchange } from '@agentproto/recording';
import { LiveExchange } from './live-exchange.ts';
import type { OpenExchange } from './open-exchange.ts';
import type { SocketWire } from './socket-exchange.ts';

/** A WebSocket that was asked for. It is open if `exchange.response` has status 101 and there is no `exchange.end` yet. */
export class LiveSocket extends LiveExchange {
  readonly #wire: SocketWire | undefined;

  /** Without `wire` it never came to a request. */
  constructor(open: OpenExchange, wire: SocketWire | undefined) {
    super(open);
    this.#wire = wire;
  }

  /** Pings that came so far. */
  get pings(): number {
    return this.#wire?.pings.length ?? 0;
  }

  /** Sends a text or, from bytes, a binary message, and records it. Once the socket closes, does neither. */
  send(data: string | Uint8Array): void {
    this.#wire?.send(data);
  }

  /**
   * Sends a close frame and waits for the peer's, as long as the limits allow: the exchange ends as `left`
   * with the peer's code. Rejects only for a code or a reason that must not be sent (RFC 6455, 7.4).
   */
  async close(code = 1000, reason = ''): Promise<Exchange> {
    this.#wire?.close(code, reason);
    return this.ended;
  }
}
