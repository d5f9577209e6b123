import type { Run, RunPlace, RunQuery } from './store.ts';
import type { RunState } from './run-event.ts';
import { inOrder, RunList } from './run-list.ts';

/** Runs in the order of `list`: all of them, and those of each state. */
class Lists {
  readonly all = new RunList();
  readonly byState = new Map<RunState, RunList>();

  add(run: Run): void {
    const place = { statusAt: run.statusAt, id: run.id };
    this.all.add(place);
    kept(this.byState, run.state, () => new RunList()).add(place);
  }

  remove(run: Run): void {
    this.all.remove(run);
    this.byState.get(run.state)?.remove(run);
  }
}

/** Most contexts hold one run: lists are made with the second. */
class Owned extends Lists {
  readonly byContext = new Map<string, Run | Lists>();
}

/**
 * Open runs by owner, context and state: a page costs what it holds, however many there are. Made of all runs when
 * somebody first asks for a list, which most callers never do.
 */
export class RunIndex {
  readonly #all: () => readonly Run[];
  #made: Map<string, Owned> | undefined;

  constructor(all: () => readonly Run[]) {
    this.#all = all;
  }

  /** The run is now as `after` says, or is gone; `before` is what was said of it last. */
  put(before: Run | undefined, after: Run | undefined): void {
    if (!this.#made) return;
    const was = before?.open ? before : undefined;
    const is = after?.open ? after : undefined;
    if (was && is && was.state === is.state && was.statusAt === is.statusAt) return;
    if (was) this.#remove(was);
    if (is) this.#add(is);
  }

  list({ contextId, state, statusSince, after, limit, ...whose }: RunQuery): { places: RunPlace[]; total: number } {
    const owned = this.#owned().get(keyOf(whose));
    const lists = contextId === undefined ? owned : listsOf(owned?.byContext.get(contextId));
    const list = state === undefined ? lists?.all : lists?.byState.get(state);
    if (!list) return { places: [], total: 0 };
    const total = statusSince === undefined ? list.size : list.countSince(statusSince);
    return { places: list.page(after, limit, statusSince), total };
  }

  #owned(): Map<string, Owned> {
    if (!this.#made) {
      this.#made = new Map();
      // In their order each is put behind the last.
      for (const run of this.#all().toSorted(inOrder)) if (run.open) this.#add(run);
    }
    return this.#made;
  }

  #add(run: Run): void {
    const owned = kept(this.#owned(), keyOf(run), () => new Owned());
    owned.add(run);
    const { contextId } = run;
    if (contextId === undefined) return;
    const before = owned.byContext.get(contextId);
    if (before === undefined) return void owned.byContext.set(contextId, run);
    const lists = listsOf(before)!;
    lists.add(run);
    owned.byContext.set(contextId, lists);
  }

  #remove(run: Run): void {
    const key = keyOf(run);
    const owned = this.#owned().get(key);
    if (!owned) return;
    owned.remove(run);
    if (owned.all.size === 0) this.#owned().delete(key);
    if (run.contextId === undefined) return;
    const context = owned.byContext.get(run.contextId);
    if (context instanceof Lists) context.remove(run);
    if (!(context instanceof Lists) || context.all.size === 0) owned.byContext.delete(run.contextId);
  }
}

function listsOf(context: Run | Lists | undefined): Lists | undefined {
  if (context === undefined || context instanceof Lists) return context;
  const lists = new Lists();
  lists.add(context);
  return lists;
}

/** No two say the same: the owner's length stands before the owner. */
const keyOf = ({ family, owner, tenant }: Pick<RunQuery, 'family' | 'owner' | 'tenant'>): string =>
  tenant === undefined ? `${family} ${owner}` : `${family}/${owner.length} ${owner}${tenant}`;

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
