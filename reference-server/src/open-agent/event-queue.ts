/** What is pushed from one side and read from the other, in batches of what is there. One reader. */
export class EventQueue<T> implements AsyncIterable<readonly T[]>, AsyncIterator<readonly T[]> {
  #items: T[] = [];
  #closed = false;
  #wake = () => {};

  /** What was pushed and is yet to be read. */
  get waiting(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#closed) return;
    this.#items.push(item);
    this.#wake();
  }

  /** What was pushed is still read. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async next(): Promise<IteratorResult<readonly T[], undefined>> {
    while (this.#items.length === 0) {
      if (this.#closed) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const value = this.#items;
    this.#items = [];
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<readonly T[], undefined>> {
    this.#items = [];
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
