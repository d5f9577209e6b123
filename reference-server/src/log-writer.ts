import type { Clock } from '@agentproto/script';
import { endsTurn } from './store/run-event.ts';
import type { RunEvent } from './store/run-event.ts';
import type { Entry, Run, Store } from './store/store.ts';

/** Counts the wire frames of one run, entry by entry, in the order of the log. */
export type FrameCounter = (entry: Omit<Entry, 'frames'>) => number;

/** The only writer of a run's log in this process while a turn is live. */
export interface LogWriter {
  /** An event of the agent or a turn mark; what makes the run known opens it first. */
  append(event: RunEvent): Promise<void>;
  /** Opens the run unless it is open. */
  open(): Promise<void>;
  /** The turn has ended, or the server is closing: nothing more is written. */
  isOver(): boolean;
}

export interface LogWriterOptions {
  store: Store;
  clock: Pick<Clock, 'now'>;
  /** As it stands. */
  run: Run;
  /** Has seen the log up to `run.seq` and counted `frames` in it. */
  counter: FrameCounter;
  frames: number;
  isClosed: () => boolean;
}

const STAYS_UNKNOWN: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>(['turn', 'reply', 'crash']);

export function createLogWriter({ store, clock, run, counter, frames, isClosed }: LogWriterOptions): LogWriter {
  let { seq, open } = run;
  let ended = false;
  let last: Promise<void> = Promise.resolve();

  async function write(events: readonly RunEvent[]): Promise<void> {
    if (ended || isClosed() || events.length === 0) return;
    const at = clock.now();
    const entries = events.map((event, i) => {
      frames += counter({ seq: seq + 1 + i, at, event });
      return { at, event, frames };
    });
    ended = events.some(endsTurn);
    open ||= events.some(({ type }) => type === 'open');
    seq = await store.logs.append(run.id, entries, { expectSeq: seq });
  }

  /** One after the other; what `events` says is asked when its turn has come. */
  function inTurn(events: () => readonly RunEvent[]): Promise<void> {
    const next = last.then(() => write(events()));
    last = next.catch(() => {});
    return next;
  }

  return {
    append: (event) => inTurn(() => (open || STAYS_UNKNOWN.has(event.type) ? [event] : [{ type: 'open' }, event])),
    open: () => inTurn(() => (open ? [] : [{ type: 'open' }])),
    isOver: () => ended || isClosed(),
  };
}
