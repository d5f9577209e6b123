import { HttpError } from './http-error.ts';
import type { Left, Stoppable } from './left.ts';
import type { Entry } from './store/store.ts';

type Entries = AsyncIterator<readonly Entry[]>;
type Step<Item> = IteratorResult<readonly Item[], undefined>;

const DONE = { done: true, value: undefined } as const;

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

  /** Rejects when the log ends before `over` is set, or with what `take` throws; then it is over too. */
  next(): Promise<Step<Item>> {
    if (this.#first) {
      const value = this.#first;
      this.#first = undefined;
      return Promise.resolve({ done: false, value });
    }
    return this.over ? Promise.resolve(DONE) : this.#read();
  }

  /** No async function: what one of those keeps while it waits is as large as the cursor. */
  #read(): Promise<Step<Item>> {
    if (this.#hasRead) this.#left.stops(this);
    this.#hasRead = true;
    return this.#entries.next().then(this.#took);
  }

  readonly #took = ({ done, value }: IteratorResult<readonly Entry[]>): Step<Item> | Promise<Step<Item>> => {
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
    return this.over ? DONE : this.#read();
  };

  return(): Promise<Step<Item>> {
    this.over = true;
    this.stop();
    return Promise.resolve(DONE);
  }

  stop(): void {
    void this.#entries.return?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  protected abstract take(batch: readonly Entry[]): readonly Item[];
}
