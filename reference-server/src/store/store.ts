import type { RunEvent, RunState } from './run-event.ts';

/**
 * Where runs live. Everything is asynchronous, so that SQLite, PostgreSQL or Redis can stand behind
 * the same interface and several processes can share runs.
 */
export interface Store {
  runs: RunStore;
  logs: LogStore;
  records: RecordStore;
}

/** What does not change over a run's life. */
export interface RunHead {
  id: string;
  /** `a2a`, `responses`, `chat`, `open-agent`. */
  family: string;
  /** The family's revision that made the run, such as `1.0`. */
  revision: string;
  /** Who may see it. */
  owner: string;
  tenant?: string;
  contextId?: string;
  parentId?: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** One A2A task, one Response, one chat turn, or one Open Agent run. The rest is folded from its log. */
export interface Run extends RunHead {
  state: RunState;
  /** Its caller knows of it: it can be got, listed and canceled. */
  open: boolean;
  /** When the log last said something about the state. Milliseconds since the epoch. */
  statusAt: number;
  /** The last entry's number; -1 for an empty log. */
  seq: number;
}

export interface RunQuery {
  family: string;
  owner: string;
  /** A run without a tenant is found by a query without one. */
  tenant?: string | undefined;
  contextId?: string | undefined;
  state?: RunState | undefined;
  /** Inclusive; milliseconds since the epoch. */
  statusSince?: number | undefined;
  /** Only what comes after this place in the order. */
  after?: RunPlace | undefined;
  limit: number;
}

/** A place in the order of `list`. */
export type RunPlace = Pick<Run, 'statusAt' | 'id'>;

export interface RunStore {
  /** Throws a StoreFullError when there is no room. */
  create(head: RunHead): Promise<Run>;
  get(id: string): Promise<Run | undefined>;
  /** Open runs, the newest `statusAt` first, then by id; `total` counts the matches whatever `after` and `limit` are. */
  list(query: RunQuery): Promise<{ runs: Run[]; total: number }>;
  /** Drops a run that nobody needs any more. False: it is unfinished, and stays. */
  drop(id: string): Promise<boolean>;
}

export interface Entry {
  /** Counts from 0 within the run. */
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  event: RunEvent;
  /** How many wire frames the run's encoder has made up to this entry, this one included. */
  frames: number;
}

/** What a family has made of a run's log, up to the entry `seq`. */
export interface Snapshot {
  seq: number;
  /** Plain data, maps and sets: what `structuredClone` can copy. It is never changed. */
  value: unknown;
}

export interface LogStore {
  /**
   * Adds entries after `expectSeq`, or throws a ConflictError when the log has gone on since.
   * The run's state is folded in the same step. Returns the new last number. May keep its caller waiting while a
   * reader is far behind.
   *
   * `snapshot` is what the family makes of the log with these entries; a store may keep each, some or none. Only
   * entries that a kept snapshot covers may be dropped.
   */
  append(
    runId: string,
    entries: readonly Omit<Entry, 'seq'>[],
    options: { expectSeq: number; snapshot?: unknown },
  ): Promise<number>;
  /** The newest that was kept. */
  snapshot(runId: string): Promise<Snapshot | undefined>;
  /**
   * Every entry after `after` (default -1: all), then each new one as it comes, in batches of what is there. Ends when
   * `signal`, which is looked at when there is nothing to read, aborts, the run is dropped, or `return` is called, which ends a
   * `next` that waits; so does who has seen enough and leaves the loop.
   * Throws a DroppedError when the entry after `after` is there no more.
   */
  read(
    runId: string,
    options?: { after?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<readonly Entry[]>;
}

/** A document of a collection; `version` counts its changes from 1. */
export interface StoredRecord<Value = unknown> {
  key: string;
  value: Value;
  version: number;
}

export interface RecordStore {
  get(collection: string, owner: string, key: string): Promise<StoredRecord | undefined>;
  /** In the order in which the keys were first put. */
  list(collection: string, owner: string): Promise<StoredRecord[]>;
  /**
   * `expectVersion` 0 means that there is none yet. Throws a ConflictError when another version is there.
   * What belongs to a run, `runId`, goes when the run is dropped.
   */
  put(
    collection: string,
    owner: string,
    key: string,
    value: unknown,
    options?: { expectVersion?: number; runId?: string },
  ): Promise<StoredRecord>;
  /** Whether there was one. */
  delete(collection: string, owner: string, key: string): Promise<boolean>;
}

/** Somebody else wrote first: read again, and decide again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** A reader asked for entries that were dropped: it can begin at the snapshot. */
export class DroppedError extends Error {
  override readonly name = 'DroppedError';
}

/** No room, and nothing finished that could be dropped. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}
