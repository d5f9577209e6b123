/** What can stand in a queue. */
export interface Queued {
  before?: this | undefined;
  behind?: this | undefined;
}

/** First in, first out; whoever stands anywhere may leave, at the same cost. */
export class Queue<Item extends Queued> {
  first: Item | undefined;
  #last: Item | undefined;

  add(item: Item): void {
    item.before = this.#last;
    if (this.#last) this.#last.behind = item;
    else this.first = item;
    this.#last = item;
  }

  /** Nothing happens when it does not stand here. */
  remove(item: Item): void {
    const { before, behind } = item;
    if (!before && this.first !== item) return;
    if (before) before.behind = behind;
    else this.first = behind;
    if (behind) behind.before = before;
    else this.#last = before;
    item.before = item.behind = undefined;
  }
}
