import type { Clock } from '@agentproto/script';
import type { Stoppable } from './left.ts';
import type { SetTimer } from './timer.ts';

/** A clock on which nobody sleeps any more once what is in `waiting` was stopped, and `isClosing`. */
export function stoppableClock(
  clock: Clock,
  setTimer: SetTimer,
  { waiting, isClosing }: { waiting: Set<Stoppable>; isClosing: () => boolean },
): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) =>
      isClosing() || signal?.aborted
        ? Promise.resolve()
        : new Promise((resolve) => new Sleeper(waiting, resolve, signal).sleep(setTimer, ms)),
  };
}

/** Somebody asleep: one object, which a timer, a signal or the end of the server wakes. */
class Sleeper implements Stoppable {
  readonly #waiting: Set<Stoppable>;
  readonly #resolve: () => void;
  readonly #signal: AbortSignal | undefined;
  #cancel = () => {};

  constructor(waiting: Set<Stoppable>, resolve: () => void, signal: AbortSignal | undefined) {
    this.#waiting = waiting;
    this.#resolve = resolve;
    this.#signal = signal;
  }

  sleep(setTimer: SetTimer, ms: number): void {
    this.#cancel = setTimer(ms, () => this.stop());
    this.#waiting.add(this);
    this.#signal?.addEventListener('abort', this);
  }

  handleEvent(): void {
    this.stop();
  }

  stop(): void {
    this.#cancel();
    this.#waiting.delete(this);
    this.#signal?.removeEventListener('abort', this);
    this.#resolve();
  }
}
