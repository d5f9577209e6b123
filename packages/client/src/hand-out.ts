/**
 * Hands out one by one what comes in batches. An async generator would make three promises for each; a stream of
 * many small events spends most of its time there.
 */
export class HandOut<Batch extends { readonly length: number }, Item> implements AsyncIterator<Item, void, undefined> {
  readonly #batches: AsyncGenerator<Batch, void, undefined>;
  readonly #take: (batch: Batch, index: number) => Item | undefined;
  #batch: Batch | undefined;
  #at = 0;
  /** The fetching of a batch that is under way: calls that come meanwhile wait their turn. */
  #fetching: Promise<unknown> | undefined;

  /**
   * `batches` is asked for the next one when the last is used up. `take` looks at one place of a batch; undefined: it
   * holds nothing for the consumer. What it throws is thrown into `batches`, which decide what comes of it.
   */
  constructor(
    batches: AsyncGenerator<Batch, void, undefined>,
    take: (batch: Batch, index: number) => Item | undefined,
  ) {
    this.#batches = batches;
    this.#take = take;
  }

  next(): Promise<IteratorResult<Item, void>> {
    if (this.#fetching) {
      const again = () => this.next();
      return this.#fetching.then(again, again);
    }
    let step;
    try {
      const value = this.#fromBatch();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      step = this.#batches.next();
    } catch (error) {
      step = this.#throw(error);
    }
    const fetching = this.#fetch(step);
    this.#fetching = fetching;
    return fetching;
  }

  /** Leaves: the batches end, and nothing more comes. */
  async return(): Promise<IteratorResult<Item, void>> {
    this.#batch = undefined;
    await this.#batches.return();
    return { done: true, value: undefined };
  }

  /** Takes all that comes, batch by batch, up to the item for which `isLast` holds; then it leaves. */
  async drain(isLast: (item: Item) => boolean = () => false): Promise<void> {
    await this.#fetching?.catch(() => {});
    let step;
    do {
      try {
        for (let value = this.#fromBatch(); value !== undefined; value = this.#fromBatch()) {
          if (isLast(value)) {
            await this.return();
            return;
          }
        }
        step = await this.#batches.next();
      } catch (error) {
        // Thrown by `take`, unless the batches have ended by it: then it comes out again.
        step = await this.#throw(error);
      }
      this.#begin(step);
    } while (!step.done);
  }

  #fromBatch(): Item | undefined {
    const batch = this.#batch;
    if (!batch) return undefined;
    while (this.#at < batch.length) {
      const value = this.#take(batch, this.#at++);
      if (value !== undefined) return value;
    }
    this.#batch = undefined;
    return undefined;
  }

  async #fetch(step: Promise<IteratorResult<Batch, void>>): Promise<IteratorResult<Item, void>> {
    try {
      for (;;) {
        const { done, value: batch } = await step;
        if (done) return { done: true, value: undefined };
        this.#begin({ value: batch });
        try {
          const value = this.#fromBatch();
          if (value !== undefined) return { done: false, value };
          step = this.#batches.next();
        } catch (error) {
          step = this.#throw(error);
        }
      }
    } finally {
      this.#fetching = undefined;
    }
  }

  #begin({ value }: { value: Batch | void }): void {
    this.#batch = value ?? undefined;
    this.#at = 0;
  }

  /** What cannot be taken ends its batch; what was in it after that place is lost. */
  #throw(error: unknown): Promise<IteratorResult<Batch, void>> {
    this.#batch = undefined;
    return this.#batches.throw(error);
  }
}
