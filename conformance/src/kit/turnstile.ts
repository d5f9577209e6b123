/** Lets work go on side by side, and one piece alone when it has to: it waits for what goes on, and holds back the rest. */
export class Turnstile {
  #inside = 0;
  #alone: Promise<void> = Promise.resolve();
  #isClosed = 0;
  #empty: (() => void) | undefined;

  async together<T>(work: () => Promise<T>): Promise<T> {
    while (this.#isClosed > 0) await this.#alone;
    this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) this.#empty?.();
    }
  }

  /** Not to be called from inside of `together`. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    this.#isClosed += 1;
    const turn = this.#alone.then(async () => {
      if (this.#inside > 0) await new Promise<void>((resolve) => (this.#empty = resolve));
      this.#empty = undefined;
      return work();
    });
    const over = () => void (this.#isClosed -= 1);
    this.#alone = turn.then(over, over);
    return turn;
  }
}
