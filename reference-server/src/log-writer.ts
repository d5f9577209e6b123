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

export function createLogWriter<View>({
  store,
  clock,
  run,
  fold,
  viewing,
  isClosed,
}: LogWriterOptions<View>): LogWriter {
  let { open } = run;
  let wasOpen = open;
  let ended = false;
  let kept = fold.seq;
  /** What is being written; nothing most of the time. */
  let last: Promise<void> | undefined;

  /** At the end of a turn it is the fold itself, which nobody changes any more; a copy costs as much as the task has parts. */
  function snapshot(): unknown {
    if (!ended && fold.seq - kept < Math.max(SNAPSHOT_ENTRIES, viewing.size(fold.view))) return undefined;
    kept = fold.seq;
    return ended ? fold : copyFold(fold, viewing);
  }

  async function write(events: readonly RunEvent[]): Promise<void> {
    if (ended || isClosed()) return;
    const at = clock.now();
    const expectSeq = fold.seq;
    wasOpen = open;
    const entries: Omit<Entry, 'seq'>[] = [];
    const add = (event: RunEvent) => {
      takeIn(fold, { seq: fold.seq + 1, at, event }, viewing);
      entries.push({ at, event, frames: fold.frames });
    };
    for (const event of events) {
      if (!open && (event.type === 'open' || !STAYS_UNKNOWN.has(event.type))) {
        open = true;
        add(OPEN);
      }
      if (event.type !== 'open') add(event);
      ended = endsTurn(event);
      if (ended) break;
    }
    if (entries.length === 0) return;
    try {
      await store.logs.append(run.id, entries, { expectSeq, snapshot: snapshot() });
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      await forget(expectSeq);
      if (events.length === 1) throw error;
      // As many as there is room for.
      for (const event of events) await write([event]);
    }
  }

  /** What could not be written has not been. */
  async function forget(seq: number): Promise<void> {
    const before = await foldAt(store, run, seq, viewing);
    if (!before) throw new ConflictError(`There is no run ${run.id} (any more).`);
    Object.assign(fold, before);
    ended = false;
    open = wasOpen;
  }

  /** One after the other. */
  function inTurn(events: readonly RunEvent[]): Promise<void> {
    const next = last ? last.then(() => write(events)) : write(events);
    const done = next.catch(() => {});
    last = done;
    void done.then(() => {
      if (last === done) last = undefined;
    });
    return next;
  }

  return {
    append: (...events) => inTurn(events),
    open: () => inTurn([OPEN]),
    isOver: () => ended || isClosed(),
  };
}
