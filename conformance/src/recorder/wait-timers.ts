import { AwakeTimer } from './awake-timer.ts';
import type { WaitLimits } from './wait-limits.ts';

export type Expired = (kind: 'unreachable' | 'timeout', message: string) => void;

/** The clocks of one exchange. After `stop` nothing rings and nothing keeps the process alive. */
export class WaitTimers {
  readonly #limits: WaitLimits;
  readonly #expired: Expired;
  #connect: AwakeTimer | undefined;
  #silence: AwakeTimer | undefined;
  #total: ReturnType<typeof setTimeout> | undefined;

  constructor(limits: WaitLimits, expired: Expired) {
    this.#limits = limits;
    this.#expired = expired;
  }

  /** A connection is being made. Another attempt starts anew. */
  start(): void {
    this.stop();
    const { connectMs, totalMs } = this.#limits;
    this.#connect = new AwakeTimer(connectMs, () =>
      this.#expired('unreachable', `no connection within ${connectMs} ms`),
    );
    this.#total = setTimeout(
      () => this.#expired('timeout', `the exchange was not over within ${totalMs} ms`),
      Math.min(totalMs, LONGEST_TIMER_MS),
    );
  }

  /** The connection stands: from now on silence counts. */
  connected(): void {
    this.#connect?.stop();
    this.touch();
  }

  /** A sign of life. Means nothing before `start` and after `stop`. */
  touch(): void {
    if (!this.#total) return;
    const { inactivityMs } = this.#limits;
    if (this.#silence) this.#silence.refresh();
    else
      this.#silence = new AwakeTimer(inactivityMs, () =>
        this.#expired('timeout', `nothing came for ${inactivityMs} ms`),
      );
  }

  /** The silence is ours: it does not count until the next `touch`. */
  hold(): void {
    this.#silence?.stop();
    this.#silence = undefined;
  }

  stop(): void {
    this.hold();
    this.#connect?.stop();
    clearTimeout(this.#total);
    this.#total = undefined;
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
