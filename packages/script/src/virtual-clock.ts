import type { Clock } from './clock.ts';

interface Sleeper {
  due: number;
  wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #now: number;
  /** By time; those of the same time in the order in which they fell asleep. */
  #sleepers: Sleeper[] = [];
  #watchers: { count: number; tell: () => void }[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many sleep. */
  get pending(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper: Sleeper = { due: this.#now + ms, wake };
      const later = this.#sleepers.findIndex(({ due }) => due > sleeper.due);
      this.#sleepers.splice(later < 0 ? this.#sleepers.length : later, 0, sleeper);
      signal?.addEventListener('abort', wake, { once: true });
      for (const { count, tell } of this.#watchers) if (this.pending >= count) tell();
      this.#watchers = this.#watchers.filter(({ count }) => this.pending < count);
    });
  }

  /**
   * Moves time on by `ms`, once what is under way has come to rest, and wakes the sleepers one by one, with time for
   * each to do its work and sleep again.
   */
  async advance(ms: number): Promise<void> {
    await settled();
    const end = this.#now + ms;
    for (let next = this.#sleepers[0]; next && next.due <= end; next = this.#sleepers[0]) {
      this.#now = Math.max(this.#now, next.due);
      next.wake();
      await settled();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** Resolves once at least `count` sleep. */
  sleeping(count = 1): Promise<void> {
    if (this.pending >= count) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push({ count, tell: resolve }));
  }
}

/** The end of all promise reactions that are under way, without waiting in real time. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}
