import { ConflictError, StoreFullError } from './store.ts';
import type { RecordStore, StoredRecord } from './store.ts';

export function memoryRecords(maxRecords: number): RecordStore & { dropRun(runId: string): void } {
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
