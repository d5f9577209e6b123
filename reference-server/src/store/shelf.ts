import { foldRun } from './fold-run.ts';
import { endsTurn } from './run-event.ts';
import { ConflictError, DroppedError, StoreFullError } from './store.ts';
import type { Queued } from './queue.ts';
import type { Entry, Run, Snapshot } from './store.ts';

/** A reader this far behind makes the writer wait, so that what is written and not yet read stays bounded. */
const FAR_BEHIND = 10_000;
/** For so long at most, milliseconds: then it has to see how it catches up. */
const PATIENCE_MS = 1_000;
/** Entries that one reader takes at a time. */
const BATCH = 256;

/** One run with its log, or the end of it. */
export class Shelf implements Queued {
  before: this | undefined;
  behind: this | undefined;
  run: Run;
  snapshot: Snapshot | undefined;
  dropped = false;
  readonly readers = new Set<LogReader>();
  readonly #maxEntries: number;
  #log: Entry[] = [];
  /** The number of the first entry that is still there. */
  #first = 0;

  constructor(run: Run, maxEntries: number) {
    this.run = run;
    this.#maxEntries = maxEntries;
  }

  append(entries: readonly Omit<Entry, 'seq'>[], expectSeq: number, snapshot: unknown): void {
    const { id, seq } = this.run;
    if (seq !== expectSeq) throw new ConflictError(`The log of run ${id} is at ${seq}, not at ${expectSeq}.`);
    // There is always room for an end, so that nobody waits for it in vain.
    const added = entries.filter((entry) => !isEnd(entry)).length;
    if (added > 0 && this.#log.length + added > this.#maxEntries && !this.#makeRoom()) {
      throw new StoreFullError(`The log of run ${id} may hold ${this.#maxEntries} entries.`);
    }
    for (const { at, event, frames } of entries) {
      const entry: Entry = { seq: this.run.seq + 1, at, event, frames };
      this.#log.push(entry);
      this.run = foldRun(this.run, entry);
    }
    if (snapshot !== undefined) this.snapshot = { seq: this.run.seq, value: snapshot };
    this.wake();
  }

  /** Drops the older half of what the snapshot covers. */
  #makeRoom(): boolean {
    const covered = Math.min((this.snapshot?.seq ?? -1) + 1 - this.#first, this.#log.length >> 1);
    if (covered <= 0) return false;
    this.#log = this.#log.slice(covered);
    this.#first += covered;
    return true;
  }

  /** A batch from `seq` on; empty when it is yet to come. */
  from(seq: number): readonly Entry[] {
    const at = seq - this.#first;
    if (at < 0)
      throw new DroppedError(`Of the log of run ${this.run.id} what comes before ${this.#first} was dropped.`);
    return at >= this.#log.length ? [] : this.#log.slice(at, at + BATCH);
  }

  wake(): void {
    for (const reader of this.readers) reader.wake();
  }

  /** Until no reader is far behind, or patience is over. */
  async caughtUp(): Promise<void> {
    const slow = [...this.readers].filter((reader) => reader.isBehind(this.run.seq - FAR_BEHIND));
    if (slow.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        for (const reader of slow) reader.giveUp();
        resolve();
      }, PATIENCE_MS);
    });
    await Promise.race([patience, Promise.all(slow.map((reader) => reader.caughtUp(this.run.seq - FAR_BEHIND / 2)))]);
    clearTimeout(timer);
  }
}

const isEnd = ({ event }: Pick<Entry, 'event'>): boolean => endsTurn(event);

/** Reads one log from a place, and on as it grows. */
export class LogReader implements AsyncIterableIterator<readonly Entry[]> {
  readonly #shelf: Shelf;
  readonly #options: { readonly signal?: AbortSignal | undefined };
  #next: number;
  #over = false;
  /** Nobody waits for it any more, until it reads again. */
  #givenUp = false;
  #wake: (() => void) | undefined;
  #caughtUp: { seq: number; resolve: () => void } | undefined;

  constructor(shelf: Shelf, after: number, options: { readonly signal?: AbortSignal | undefined }) {
    this.#shelf = shelf;
    this.#next = after + 1;
    this.#options = options;
  }

  async next(): Promise<IteratorResult<readonly Entry[], undefined>> {
    this.#givenUp = false;
    for (;;) {
      if (this.#over) return { done: true, value: undefined };
      const batch = this.#shelf.from(this.#next);
      if (batch.length > 0) {
        this.#shelf.readers.add(this);
        this.#next += batch.length;
        this.#tell();
        return { done: false, value: batch };
      }
      if (this.#shelf.dropped || !(await this.#more())) this.#end();
    }
  }

  async return(): Promise<IteratorResult<readonly Entry[], undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  wake(): void {
    this.#wake?.();
  }

  isBehind(seq: number): boolean {
    return !this.#givenUp && this.#next <= seq;
  }

  giveUp(): void {
    this.#givenUp = true;
    this.#caughtUp?.resolve();
  }

  caughtUp(seq: number): Promise<void> {
    return new Promise((resolve) => (this.#caughtUp = { seq, resolve }));
  }

  #tell(): void {
    if (!this.#caughtUp || (!this.#over && this.#next <= this.#caughtUp.seq)) return;
    this.#caughtUp.resolve();
    this.#caughtUp = undefined;
  }

  /** Once the log has grown; false when the reader is to stop. */
  async #more(): Promise<boolean> {
    const { signal } = this.#options;
    if (signal?.aborted) return false;
    this.#shelf.readers.add(this);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal?.addEventListener('abort', resolve as () => void, { once: true });
    });
    if (this.#wake) signal?.removeEventListener('abort', this.#wake);
    this.#wake = undefined;
    return !signal?.aborted;
  }

  #end(): void {
    this.#over = true;
    this.#shelf.readers.delete(this);
    this.#tell();
    this.#wake?.();
  }
}
