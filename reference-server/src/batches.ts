/** Items that come one by one, or, for who asks for them so, in batches of what is there. */
export class Batches<T> implements AsyncIterable<T> {
  readonly all: AsyncIterable<readonly T[]>;

  constructor(all: AsyncIterable<readonly T[]>) {
    this.all = all;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new Singles(this.all[Symbol.asyncIterator]());
  }
}

/** What somebody has put around items is asked for them one by one. */
export function batchesOf<T>(items: AsyncIterable<T>): AsyncIterable<readonly T[]> {
  return items instanceof Batches ? items.all : singly(items);
}

async function* singly<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[], void, undefined> {
  for await (const item of items) yield [item];
}

/** Batches, each item changed; what waits is the source alone. */
export const changedBatches = <T, R>(items: AsyncIterable<T>, change: (item: T) => R): AsyncIterable<readonly R[]> =>
  new Changed(batchesOf(items)[Symbol.asyncIterator](), change);

/** Waits for the first items, so that a failure before them is no broken stream. */
export async function begun<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = batchesOf(items)[Symbol.asyncIterator]();
  return new Batches(new Begun(iterator, await iterator.next()));
}

/**
 * An iterator on top of another. Not a generator: while it waits a generator does not hear that it is to `return`, and is
 * several objects.
 */
abstract class Over<T, R> implements AsyncIterableIterator<R> {
  protected readonly source: AsyncIterator<T>;

  constructor(source: AsyncIterator<T>) {
    this.source = source;
  }

  abstract next(): Promise<IteratorResult<R, undefined>>;

  async return(): Promise<IteratorResult<R, undefined>> {
    await this.source.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Batches of a source that is yet to be found. */
export class Opening<T> implements AsyncIterableIterator<T> {
  readonly #open: () => Promise<AsyncIterator<T>>;
  #source: AsyncIterator<T> | undefined;

  constructor(open: () => Promise<AsyncIterator<T>>) {
    this.#open = open;
  }

  async next(): Promise<IteratorResult<T>> {
    this.#source ??= await this.#open();
    return this.#source.next();
  }

  async return(): Promise<IteratorResult<T>> {
    await this.#source?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

class Singles<T> extends Over<readonly T[], T> {
  #batch: readonly T[] = [];
  #at = 0;

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.#at >= this.#batch.length) {
      const { done, value } = await this.source.next();
      if (done) return { done, value: undefined };
      this.#batch = value;
      this.#at = 0;
    }
    return { done: false, value: this.#batch[this.#at++]! };
  }
}

class Changed<T, R> extends Over<readonly T[], readonly R[]> {
  readonly #step: (step: IteratorResult<readonly T[]>) => IteratorResult<readonly R[], undefined>;

  constructor(source: AsyncIterator<readonly T[]>, change: (item: T) => R) {
    super(source);
    this.#step = ({ done, value }) => (done ? { done, value: undefined } : { done: false, value: value.map(change) });
  }

  next(): Promise<IteratorResult<readonly R[], undefined>> {
    return this.source.next().then(this.#step);
  }
}

class Begun<T> extends Over<readonly T[], readonly T[]> {
  #first: IteratorResult<readonly T[]> | undefined;

  constructor(source: AsyncIterator<readonly T[]>, first: IteratorResult<readonly T[]>) {
    super(source);
    this.#first = first;
  }

  next(): Promise<IteratorResult<readonly T[], undefined>> {
    const first = this.#first;
    this.#first = undefined;
    return first ? Promise.resolve(first) : this.source.next();
  }
}
