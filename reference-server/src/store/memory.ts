import { endsTurn, isFinished } from './run-event.ts';
import { emptyRun, foldRun } from './fold-run.ts';
import { ConflictError, StoreFullError } from './store.ts';
import type { Entry, LogStore, RecordStore, Run, RunPlace, RunQuery, RunStore, Store, StoredRecord } from './store.ts';

export interface MemoryStoreOptions {
  /** Over it the run that finished first is dropped. Default 10,000. */
  maxRuns?: number;
  /** Entries of one run's log, the end of a turn not counted. Default 100,000. */
  maxEntries?: number;
  /** Records of all collections. Default 100,000. */
  maxRecords?: number;
}

/** One run with its log; `waiting` holds the readers that have seen all of it. */
interface Shelf {
  run: Run;
  log: Entry[];
  dropped: boolean;
  waiting: Set<() => void>;
}

/** The default store: one process, nothing on disk. */
export function memoryStore({
  maxRuns = 10_000,
  maxEntries = 100_000,
  maxRecords = 100_000,
}: MemoryStoreOptions = {}): Store {
  const shelves = new Map<string, Shelf>();
  /** Ids in the order in which the runs finished. */
  const finished = new Set<string>();
  const records = memoryRecords(maxRecords);

  const runs: RunStore = {
    async create(head) {
      if (shelves.has(head.id)) throw new ConflictError(`A run ${head.id} exists already.`);
      if (shelves.size >= maxRuns && !dropOldest()) {
        throw new StoreFullError(`All of the ${maxRuns} runs that the store may hold are unfinished.`);
      }
      const run = emptyRun(head);
      shelves.set(run.id, { run, log: [], dropped: false, waiting: new Set() });
      return run;
    },
    get: async (id) => shelves.get(id)?.run,
    async list(query) {
      const found: Run[] = [];
      for (const { run } of shelves.values()) if (matches(run, query)) found.push(run);
      found.sort(byPlace);
      const { after } = query;
      const rest = after ? found.filter((run) => byPlace(run, after) > 0) : found;
      return { runs: rest.slice(0, query.limit), total: found.length };
    },
  };

  const logs: LogStore = {
    async append(runId, entries, { expectSeq }) {
      const shelf = shelves.get(runId);
      if (!shelf) throw new ConflictError(`There is no run ${runId} (any more).`);
      if (shelf.run.seq !== expectSeq) {
        throw new ConflictError(`The log of run ${runId} is at ${shelf.run.seq}, not at ${expectSeq}.`);
      }
      // There is always room for an end, so that nobody waits for it in vain.
      if (shelf.log.length + entries.length > maxEntries && !entries.some(({ event }) => endsTurn(event))) {
        throw new StoreFullError(`The log of run ${runId} may hold ${maxEntries} entries.`);
      }
      for (const { at, event, frames } of entries) {
        const entry: Entry = { seq: shelf.log.length, at, event, frames };
        shelf.log.push(entry);
        shelf.run = foldRun(shelf.run, entry);
      }
      finished.delete(runId);
      if (isFinished(shelf.run.state)) finished.add(runId);
      wake(shelf);
      return shelf.run.seq;
    },
    async *read(runId, { after = -1, signal } = {}) {
      const shelf = shelves.get(runId);
      if (!shelf) return;
      for (let next = after + 1; !signal?.aborted; next++) {
        if (next >= shelf.log.length && !(await more(shelf, signal))) return;
        const entry = shelf.log[next];
        if (!entry) return;
        yield entry;
      }
    },
  };

  function dropOldest(): boolean {
    const [id] = finished;
    const shelf = id === undefined ? undefined : shelves.get(id);
    if (!shelf) return false;
    finished.delete(shelf.run.id);
    shelves.delete(shelf.run.id);
    shelf.dropped = true;
    records.dropRun(shelf.run.id);
    wake(shelf);
    return true;
  }

  return { runs, logs, records };
}

function wake(shelf: Shelf): void {
  const readers = [...shelf.waiting];
  shelf.waiting.clear();
  for (const resume of readers) resume();
}

/** Resolves once the log has grown, with false when it never will for this reader. */
async function more(shelf: Shelf, signal: AbortSignal | undefined): Promise<boolean> {
  if (shelf.dropped || signal?.aborted) return false;
  await new Promise<void>((resolve) => {
    const resume = () => {
      shelf.waiting.delete(resume);
      signal?.removeEventListener('abort', resume);
      resolve();
    };
    shelf.waiting.add(resume);
    signal?.addEventListener('abort', resume, { once: true });
  });
  return !shelf.dropped && !signal?.aborted;
}

function matches(run: Run, { family, owner, tenant, contextId, state, statusSince }: RunQuery): boolean {
  return (
    run.open &&
    run.family === family &&
    run.owner === owner &&
    run.tenant === tenant &&
    (contextId === undefined || run.contextId === contextId) &&
    (state === undefined || run.state === state) &&
    (statusSince === undefined || run.statusAt >= statusSince)
  );
}

function byPlace(a: RunPlace, b: RunPlace): number {
  return b.statusAt - a.statusAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function memoryRecords(maxRecords: number): RecordStore & { dropRun(runId: string): void } {
  const collections = new Map<string, Map<string, StoredRecord>>();
  /** What goes with a run: by its id, where each record is. */
  const ofRuns = new Map<string, Map<string, { from: string; key: string }>>();
  const place = (collection: string, owner: string) => JSON.stringify([collection, owner]);
  let count = 0;
  function remove(from: string, key: string): boolean {
    const records = collections.get(from);
    if (!records?.delete(key)) return false;
    count--;
    if (records.size === 0) collections.delete(from);
    return true;
  }
  return {
    get: async (collection, owner, key) => collections.get(place(collection, owner))?.get(key),
    list: async (collection, owner) => [...(collections.get(place(collection, owner))?.values() ?? [])],
    async put(collection, owner, key, value, { expectVersion, runId } = {}) {
      const records = collections.get(place(collection, owner)) ?? new Map<string, StoredRecord>();
      const old = records.get(key);
      const version = old?.version ?? 0;
      if (expectVersion !== undefined && expectVersion !== version) {
        throw new ConflictError(`${collection}/${key} is at version ${version}, not at ${expectVersion}.`);
      }
      if (!old && count >= maxRecords) throw new StoreFullError(`The store may hold ${maxRecords} records.`);
      if (!old) count++;
      const record = { key, value, version: version + 1 };
      records.set(key, record);
      const from = place(collection, owner);
      collections.set(from, records);
      if (runId !== undefined) {
        const own = ofRuns.get(runId) ?? new Map<string, { from: string; key: string }>();
        ofRuns.set(runId, own.set(JSON.stringify([from, key]), { from, key }));
      }
      return record;
    },
    delete: async (collection, owner, key) => remove(place(collection, owner), key),
    dropRun(runId) {
      for (const { from, key } of ofRuns.get(runId)?.values() ?? []) remove(from, key);
      ofRuns.delete(runId);
    },
  };
}
