/** Items that come one by one, or, for who asks for them so, in batches of what is there. */
export class Batches<T> implements AsyncIterable<T> {
  readonly all: AsyncIterable<readonly T[]>;

  constructor(all: AsyncIterable<readonly T[]>) {
    this.all = all;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const batch of this.all) yield* batch;
  }
}

/** What somebody has put around items is asked for them one by one. */
export function batchesOf<T>(items: AsyncIterable<T>): AsyncIterable<readonly T[]> {
  return items instanceof Batches ? items.all : singly(items);
}

async function* singly<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[], void, undefined> {
  for await (const item of items) yield [item];
}

/** Waits for the first items, so that a failure before them is no broken stream. */
export async function begun<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = batchesOf(items)[Symbol.asyncIterator]();
  let first: IteratorResult<readonly T[]> | undefined = await iterator.next();
  return new Batches({
    [Symbol.asyncIterator]: () => ({
      next() {
        const step = first;
        first = undefined;
        return step ? Promise.resolve(step) : iterator.next();
      },
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    }),
  });
}
