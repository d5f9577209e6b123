import type { Exchange, Frame } from '@agentproto/recording';
import type { OpenExchange } from './open-exchange.ts';

/** An exchange whose response has begun (or that failed before: `exchange.end` is then there). */
export class LiveExchange {
  /** Grows while the exchange goes on. */
  readonly exchange: Exchange;
  /** Resolves when the exchange has ended, however it did; never rejects. */
  readonly ended: Promise<Exchange>;
  readonly #open: OpenExchange;

  constructor(open: OpenExchange) {
    this.#open = open;
    this.exchange = open.exchange;
    this.ended = open.ended;
  }

  /**
   * The incoming frame of that index, as soon as it has come; undefined once the exchange ended without
   * it. `index` counts from 0 over what the target says: SSE comments, blank lines of NDJSON and
   * frames that we sent do not count, so it may differ from `Frame.index`, which counts all.
   */
  frame(index: number): Promise<Frame | undefined> {
    return this.#open.incoming(index);
  }

  /** Walks away: the connection is cut, and the exchange ends with `left` unless it was over. */
  leave(): Promise<Exchange> {
    this.#open.end('left');
    return this.ended;
  }
}
