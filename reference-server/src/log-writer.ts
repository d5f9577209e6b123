import type { Clock } from '@agentproto/script';
import { copyFold, foldAt, takeIn } from './run-fold.ts';
import type { RunFold, Viewing } from './run-fold.ts';
import { endsTurn } from './store/run-event.ts';
import type { RunEvent } from './store/run-event.ts';
import { ConflictError, StoreFullError } from './store/store.ts';
import type { Entry, Run, Store } from './store/store.ts';

/** The only writer of a run's log in this process while a turn is live. */
export interface LogWriter {
  /** Events of the agent and turn marks; what makes the run known opens it first. */
  append(...events: readonly RunEvent[]): Promise<void>;
  /** Opens the run unless it is open. */
  open(): Promise<void>;
  isOpen(): boolean;
  /** The turn has ended, or the server is closing: nothing more is written. */
  isOver(): boolean;
}

export interface LogWriterOptions<View> {
  store: Store;
  clock: Pick<Clock, 'now'>;
  /** As it stands. */
  run: Run;
  /** The log up to `run.seq`; the writer's own from now on. */
  fold: RunFold<View>;
  viewing: Viewing<View>;
  isClosed: () => boolean;
}

const STAYS_UNKNOWN: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>(['turn', 'reply', 'crash']);
const OPEN: RunEvent = { type: 'open' };
const DONE = Promise.resolve();
/** Entries after which a snapshot is worth its price, at the least. */
const SNAPSHOT_ENTRIES = 256;

export const createLogWriter = <View>(options: LogWriterOptions<View>): LogWriter => new Writer(options);

class Writer<View> implements LogWriter {
  readonly #options: LogWriterOptions<View>;
  #open: boolean;
  #wasOpen: boolean;
  #ended = false;
  #kept: number;
  /** What was given last, and how much of it is still to be written: nothing most of the time. */
  #last: Promise<void> = DONE;
  #waiting = 0;

  constructor(options: LogWriterOptions<View>) {
    this.#options = options;
    this.#open = this.#wasOpen = options.run.open;
    this.#kept = options.fold.seq;
  }

  append(...events: readonly RunEvent[]): Promise<void> {
    return this.#inTurn(events);
  }

  open(): Promise<void> {
    return this.#inTurn([OPEN]);
  }

  isOpen(): boolean {
    return this.#open;
  }

  isOver(): boolean {
    return this.#ended || this.#options.isClosed();
  }

  /** One after the other. */
  #inTurn(events: readonly RunEvent[]): Promise<void> {
    this.#last = this.#waiting++ === 0 ? this.#write(events) : this.#afterLast(events);
    return this.#last;
  }

  #afterLast(events: readonly RunEvent[]): Promise<void> {
    const write = () => this.#write(events);
    return this.#last.then(write, write);
  }

  async #write(events: readonly RunEvent[]): Promise<void> {
    const { seq } = this.#options.fold;
    try {
      await this.#put(events);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      await this.#forget(seq);
      if (events.length === 1) throw error;
      // As many as there is room for.
      for (const event of events) {
        this.#waiting += 1;
        await this.#write([event]);
      }
    } finally {
      this.#waiting -= 1;
    }
  }

  #put(events: readonly RunEvent[]): Promise<number> | undefined {
    if (this.isOver()) return undefined;
    const { store, clock, run, fold } = this.#options;
    const at = clock.now();
    const expectSeq = fold.seq;
    this.#wasOpen = this.#open;
    const entries: Entry[] = [];
    for (const event of events) {
      if (!this.#open && (event.type === 'open' || !STAYS_UNKNOWN.has(event.type))) {
        this.#open = true;
        entries.push(this.#entryOf(OPEN, at));
      }
      if (event.type !== 'open') entries.push(this.#entryOf(event, at));
      this.#ended = endsTurn(event);
      if (this.#ended) break;
    }
    return entries.length === 0
      ? undefined
      : store.logs.append(run.id, entries, { expectSeq, snapshot: this.#snapshot() });
  }

  /** Folded as well. */
  #entryOf(event: RunEvent, at: number): Entry {
    const { fold, viewing } = this.#options;
    const entry: Entry = { seq: fold.seq + 1, at, event, frames: 0 };
    takeIn(fold, entry, viewing);
    entry.frames = fold.frames;
    return entry;
  }

  /** At the end of a turn it is the fold itself, which nobody changes any more; a copy costs as much as the task has parts. */
  #snapshot(): unknown {
    const { fold, viewing } = this.#options;
    if (!this.#ended && fold.seq - this.#kept < Math.max(SNAPSHOT_ENTRIES, viewing.size(fold.view))) return undefined;
    this.#kept = fold.seq;
    return this.#ended ? fold : copyFold(fold, viewing);
  }

  /** What could not be written has not been. */
  async #forget(seq: number): Promise<void> {
    const { store, run, fold, viewing } = this.#options;
    const before = await foldAt(store, run, seq, viewing);
    if (!before) throw new ConflictError(`There is no run ${run.id} (any more).`);
    Object.assign(fold, before);
    this.#ended = false;
    this.#open = this.#wasOpen;
  }
}
