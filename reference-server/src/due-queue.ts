import type { Clock } from '@agentproto/script';
import { Queue } from './store/queue.ts';
import type { Queued } from './store/queue.ts';
import type { SetTimer } from './timer.ts';

/** What falls due, unless it is taken out before. */
export abstract class Due implements Queued {
  before: this | undefined;
  behind: this | undefined;
  /** Milliseconds of the clock. */
  due = 0;
  abstract fallDue(): void;
}

/**
 * What falls due after one and the same time stands in the order in which it was added. So all have one timer between them: it
 * is set for the first, stays when that leaves, and goes with the last: nothing waits where there is nothing to wait for.
 */
export class DueQueue {
  /** After which each falls due, in milliseconds of the clock. */
  readonly ms: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #setTimer: SetTimer;
  readonly #queue = new Queue<Due>();
  #cancel: (() => void) | undefined;
  #isLooking = false;

  constructor(ms: number, clock: Pick<Clock, 'now'>, setTimer: SetTimer) {
    this.ms = ms;
    this.#clock = clock;
    this.#setTimer = setTimer;
  }

  add(item: Due): void {
    item.due = this.#clock.now() + this.ms;
    this.#queue.add(item);
    if (!this.#cancel) this.#wait(this.ms);
  }

  /** Nothing happens when it is not here. */
  remove(item: Due): void {
    this.#queue.remove(item);
    if (!this.#queue.first && !this.#isLooking) this.stop();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(ms: number): void {
    this.#cancel = this.#setTimer(ms, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    this.#isLooking = true;
    for (let first = this.#queue.first; first && first.due <= now; first = this.#queue.first) {
      this.#queue.remove(first);
      // It may be added again, behind those that are here.
      first.fallDue();
    }
    this.#isLooking = false;
    this.#cancel = undefined;
    if (this.#queue.first) this.#wait(Math.max(1, this.#queue.first.due - now));
  }
}
