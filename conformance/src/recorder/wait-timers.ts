import type { WaitLimits } from './wait-limits.ts';

type Timer = ReturnType<typeof setTimeout>;
export type Expired = (kind: 'unreachable' | 'timeout', message: string) => void;

/** The clocks of one exchange. After `stop` nothing rings and nothing keeps the process alive. */
export class WaitTimers {
  readonly #limits: WaitLimits;
  readonly #expired: Expired;
  /** Changes with every sign of life. */
  #signs = 0;
  #connect: Timer | undefined;
  #silence: Timer | undefined;
  #total: Timer | undefined;

  constructor(limits: WaitLimits, expired: Expired) {
    this.#limits = limits;
    this.#expired = expired;
  }

  /** A connection is being made. Another attempt starts anew. */
  start(): void {
    this.stop();
    const { connectMs, totalMs } = this.#limits;
    this.#connect = after(connectMs, () => this.#ring('unreachable', `no connection within ${connectMs} ms`));
    this.#total = after(totalMs, () => this.#expired('timeout', `the exchange was not over within ${totalMs} ms`));
  }

  /** The connection stands: from now on silence counts. */
  connected(): void {
    clearTimeout(this.#connect);
    this.touch();
  }

  /** A sign of life. Means nothing before `start` and after `stop`. */
  touch(): void {
    if (!this.#total) return;
    this.#signs++;
    const { inactivityMs } = this.#limits;
    if (this.#silence) this.#silence.refresh();
    else this.#silence = after(inactivityMs, () => this.#ring('timeout', `nothing came for ${inactivityMs} ms`));
  }

  /** The silence is ours: it does not count until the next `touch`. */
  hold(): void {
    this.#signs++;
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  stop(): void {
    this.hold();
    clearTimeout(this.#connect);
    clearTimeout(this.#total);
    this.#total = undefined;
  }

  /** Timers run before sockets are read: when we were the slow ones, what came in the meantime counts first. */
  #ring(kind: 'unreachable' | 'timeout', message: string): void {
    const signs = this.#signs;
    setImmediate(() => {
      if (signs === this.#signs) this.#expired(kind, message);
    });
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

function after(ms: number, ring: () => void): Timer {
  return setTimeout(ring, Math.min(ms, LONGEST_TIMER_MS));
}
