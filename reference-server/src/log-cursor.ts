import { HttpError } from './http-error.ts';
import type { Left, Stoppable } from './left.ts';
import type { Entry } from './store/store.ts';

type Entries = AsyncIterator<readonly Entry[]>;

export const stopped = () => new HttpError('UNAVAILABLE', 'The server is closing, or the task was dropped.');

/** The next entries of a log, of which the first were there: from here on somebody may wait in vain. */
export function readOn(entries: Entries, { left }: { left: Left }): ReturnType<Entries['next']> {
  left.stops({ stop: () => void entries.return?.() });
  return entries.next();
}

/** Where the reader of a log stands, and what it makes of the entries: a batch of items of each batch. */
export abstract class LogCursor<Item> implements AsyncIterableIterator<readonly Item[]>, Stoppable {
  /** Set with the last items. */
  protected over = false;
  readonly #entries: Entries;
  readonly #left: Left;
  #first: readonly Item[] | undefined;
  #hasRead = false;

  /** `first` comes before anything is read. */
  constructor(log: AsyncIterable<readonly Entry[]>, left: Left, first?: readonly Item[]) {
    this.#entries = log[Symbol.asyncIterator]();
    this.#left = left;
    this.#first = first;
  }

  /** Throws when the log ends before `over` is set, or what `take` throws; then it is over too. */
  async next(): Promise<IteratorResult<readonly Item[], undefined>> {
    if (this.#first) {
      const value = this.#first;
      this.#first = undefined;
      return { done: false, value };
    }
    while (!this.over) {
      if (this.#hasRead) this.#left.stops(this);
      const { done, value } = await this.#entries.next();
      this.#hasRead = true;
      try {
        if (done) throw stopped();
        const items = this.take(value);
        if (this.over) this.stop();
        if (items.length > 0) return { done: false, value: items };
      } catch (error) {
        this.over = true;
        this.stop();
        throw error;
      }
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<readonly Item[], undefined>> {
    this.over = true;
    this.stop();
    return { done: true, value: undefined };
  }

  stop(): void {
    void this.#entries.return?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  protected abstract take(batch: readonly Entry[]): readonly Item[];
}
