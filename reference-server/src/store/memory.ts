import { isFinished } from './run-event.ts';
import { emptyRun } from './fold-run.ts';
import { memoryRecords } from './memory-records.ts';
import { Queue } from './queue.ts';
import { RunIndex } from './run-index.ts';
import { LogReader, Shelf } from './shelf.ts';
import { ConflictError, StoreFullError } from './store.ts';
import type { LogStore, RunStore, Store } from './store.ts';

export interface MemoryStoreOptions {
  /** Over it the run that finished first is dropped. Default 10,000. */
  maxRuns?: number;
  /** Entries of one run's log, the end of a turn not counted; over it the oldest that a snapshot covers go. Default 100,000. */
  maxEntries?: number;
  /** Records of all collections. Default 100,000. */
  maxRecords?: number;
}

/** The default store: one process, nothing on disk. */
export function memoryStore({
  maxRuns = 10_000,
  maxEntries = 100_000,
  maxRecords = 100_000,
}: MemoryStoreOptions = {}): Store {
  const shelves = new Map<string, Shelf>();
  /** In the order in which they finished. */
  const finished = new Queue<Shelf>();
  const index = new RunIndex(() => Array.from(shelves.values(), ({ run }) => run));
  const records = memoryRecords(maxRecords);

  const runs: RunStore = {
    async create(head) {
      if (shelves.has(head.id)) throw new ConflictError(`A run ${head.id} exists already.`);
      if (shelves.size >= maxRuns && !dropOldest()) {
        throw new StoreFullError(`All of the ${maxRuns} runs that the store may hold are unfinished.`);
      }
      const run = emptyRun(head);
      shelves.set(run.id, new Shelf(run, maxEntries));
      return run;
    },
    get: (id) => Promise.resolve(shelves.get(id)?.run),
    async list(query) {
      const { places, total } = index.list(query);
      return { runs: places.map(({ id }) => shelves.get(id)!.run), total };
    },
    async drop(id) {
      const shelf = shelves.get(id);
      if (!shelf) return true;
      if (!isFinished(shelf.run.state)) return false;
      drop(shelf);
      return true;
    },
  };

  const logs: LogStore = {
    async append(runId, entries, { expectSeq, snapshot }) {
      const shelf = shelves.get(runId);
      if (!shelf) throw new ConflictError(`There is no run ${runId} (any more).`);
      const before = shelf.run;
      shelf.append(entries, expectSeq, snapshot);
      const { run } = shelf;
      index.put(before, run);
      if (isFinished(run.state) && !isFinished(before.state)) finished.add(shelf);
      if (shelf.readers.first) await shelf.caughtUp();
      return run.seq;
    },
    snapshot: (runId) => Promise.resolve(shelves.get(runId)?.snapshot),
    read(runId, options = {}) {
      const shelf = shelves.get(runId);
      return shelf ? new LogReader(shelf, options.after ?? -1, options) : nothing();
    },
  };

  function dropOldest(): boolean {
    if (!finished.first) return false;
    drop(finished.first);
    return true;
  }

  function drop(shelf: Shelf): void {
    const { id } = shelf.run;
    finished.remove(shelf);
    shelves.delete(id);
    index.put(shelf.run, undefined);
    shelf.dropped = true;
    records.dropRun(id);
    shelf.wake();
  }

  return { runs, logs, records };
}

async function* nothing(): AsyncGenerator<never> {}
