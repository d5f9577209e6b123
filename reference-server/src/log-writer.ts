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
/** Entries after which a snapshot is worth its price, at the least. */
const SNAPSHOT_ENTRIES = 256;

export const createLogWriter = <View>(options: LogWriterOptions<View>): LogWriter => new Writer(options);

class Writer<View> implements LogWriter {
  readonly #options: LogWriterOptions<View>;
  #open: boolean;
  #wasOpen: boolean;
  #ended = false;
  #kept: number;
  /** What is being written; nothing most of the time. */
  #last: Promise<void> | undefined;

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
    const next = this.#last ? this.#last.then(() => this.#write(events)) : this.#write(events);
    const done = next.catch(() => {});
    this.#last = done;
    void done.then(() => {
      if (this.#last === done) this.#last = undefined;
    });
    return next;
  }

  async #write(events: readonly RunEvent[]): Promise<void> {
    if (this.isOver()) return;
    const { store, clock, run, fold, viewing } = this.#options;
    const at = clock.now();
    const expectSeq = fold.seq;
    this.#wasOpen = this.#open;
    const entries: Omit<Entry, 'seq'>[] = [];
    const add = (event: RunEvent) => {
      takeIn(fold, { seq: fold.seq + 1, at, event }, viewing);
      entries.push({ at, event, frames: fold.frames });
    };
    for (const event of events) {
      if (!this.#open && (event.type === 'open' || !STAYS_UNKNOWN.has(event.type))) {
        this.#open = true;
        add(OPEN);
      }
      if (event.type !== 'open') add(event);
      this.#ended = endsTurn(event);
      if (this.#ended) break;
    }
    if (entries.length === 0) return;
    try {
      await store.logs.append(run.id, entries, { expectSeq, snapshot: this.#snapshot() });
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      await this.#forget(expectSeq);
      if (events.length === 1) throw error;
      // As many as there is room for.
      for (const event of events) await this.#write([event]);
    }
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
