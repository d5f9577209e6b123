import { foldRun } from './fold-run.ts';
import { endsTurn } from './run-event.ts';
import { ConflictError, DroppedError, StoreFullError } from './store.ts';
import { Queue } from './queue.ts';
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
  /** Those that wait, or have read and not left. */
  readonly readers = new Queue<LogReader>();
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
    const numbered = entries.map(({ at, event, frames }, i): Entry => ({ seq: seq + 1 + i, at, event, frames }));
    this.run = foldRun(this.run, numbered);
    // Most logs are one turn, and then no longer than that.
    if (this.#log.length === 0) this.#log = numbered;
    else for (const entry of numbered) this.#log.push(entry);
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
    for (const reader of this.#all()) reader.wake();
  }

  /** A reader that is woken may leave. */
  *#all(): Generator<LogReader> {
    for (let reader = this.readers.first; reader;) {
      const { behind } = reader;
      yield reader;
      reader = behind;
    }
  }

  /** Until no reader is far behind, or patience is over. */
  async caughtUp(): Promise<void> {
    const slow = [...this.#all()].filter((reader) => reader.isBehind(this.run.seq - FAR_BEHIND));
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

type Step = IteratorResult<readonly Entry[], undefined>;

/** Reads one log from a place, and on as it grows. */
export class LogReader implements AsyncIterableIterator<readonly Entry[]>, Queued {
  before: this | undefined;
  behind: this | undefined;
  #isListed = false;
  readonly #shelf: Shelf;
  readonly #options: { readonly signal?: AbortSignal | undefined };
  #next: number;
  #over = false;
  /** Nobody waits for it any more, until it reads again. */
  #givenUp = false;
  #listened: AbortSignal | undefined;
  #waiting: { resolve: (step: Step) => void; reject: (error: unknown) => void } | undefined;
  #caughtUp: { seq: number; resolve: () => void } | undefined;

  constructor(shelf: Shelf, after: number, options: { readonly signal?: AbortSignal | undefined }) {
    this.#shelf = shelf;
    this.#next = after + 1;
    this.#options = options;
  }

  next(): Promise<Step> {
    this.#givenUp = false;
    try {
      const step = this.#step();
      return step ? Promise.resolve(step) : this.#more();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async return(): Promise<Step> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The signal. */
  handleEvent(): void {
    if (this.#waiting) this.#end();
  }

  /** The log has grown, or is gone. */
  wake(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    try {
      const step = this.#step();
      if (!step) return;
      this.#waiting = undefined;
      waiting.resolve(step);
    } catch (error) {
      this.#waiting = undefined;
      waiting.reject(error);
    }
  }

  /** What is there, or the end; undefined when it is yet to come. */
  #step(): Step | undefined {
    if (!this.#over) {
      const batch = this.#shelf.from(this.#next);
      if (batch.length > 0) {
        this.#stay();
        this.#next += batch.length;
        this.#tell();
        return { done: false, value: batch };
      }
      if (!this.#shelf.dropped) return undefined;
      this.#end();
    }
    return { done: true, value: undefined };
  }

  #more(): Promise<Step> {
    const signal = (this.#listened ??= this.#options.signal);
    if (signal?.aborted) {
      this.#end();
      return Promise.resolve({ done: true, value: undefined });
    }
    this.#stay();
    signal?.addEventListener('abort', this, { once: true });
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
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

  #stay(): void {
    if (this.#isListed) return;
    this.#isListed = true;
    this.#shelf.readers.add(this);
  }

  #tell(): void {
    if (!this.#caughtUp || (!this.#over && this.#next <= this.#caughtUp.seq)) return;
    this.#caughtUp.resolve();
    this.#caughtUp = undefined;
  }

  #end(): void {
    this.#over = true;
    this.#shelf.readers.remove(this);
    this.#isListed = false;
    this.#tell();
    this.#listened?.removeEventListener('abort', this);
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }
}
