import type { Run, RunPlace, RunQuery } from './store.ts';
import type { RunState } from './run-event.ts';
import { RunList } from './run-list.ts';

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

class Owned extends Lists {
  readonly byContext = new Map<string, Lists>();
}

/** Open runs by owner, context and state: a page costs what it holds, however many there are. */
export class RunIndex {
  readonly #owned = new Map<string, Owned>();

  /** The run is now as `after` says, or is gone; `before` is what was said of it last. */
  put(before: Run | undefined, after: Run | undefined): void {
    const was = before?.open ? before : undefined;
    const is = after?.open ? after : undefined;
    if (was && is && was.state === is.state && was.statusAt === is.statusAt) return;
    if (was) this.#remove(was);
    if (is) this.#add(is);
  }

  list({ contextId, state, statusSince, after, limit, ...whose }: RunQuery): { places: RunPlace[]; total: number } {
    const owned = this.#owned.get(keyOf(whose));
    const lists = contextId === undefined ? owned : owned?.byContext.get(contextId);
    const list = state === undefined ? lists?.all : lists?.byState.get(state);
    if (!list) return { places: [], total: 0 };
    const total = statusSince === undefined ? list.size : list.countSince(statusSince);
    return { places: list.page(after, limit, statusSince), total };
  }

  #add(run: Run): void {
    const owned = kept(this.#owned, keyOf(run), () => new Owned());
    owned.add(run);
    if (run.contextId !== undefined) kept(owned.byContext, run.contextId, () => new Lists()).add(run);
  }

  #remove(run: Run): void {
    const key = keyOf(run);
    const owned = this.#owned.get(key);
    if (!owned) return;
    owned.remove(run);
    if (owned.all.size === 0) this.#owned.delete(key);
    if (run.contextId === undefined) return;
    const context = owned.byContext.get(run.contextId);
    context?.remove(run);
    if (context?.all.size === 0) owned.byContext.delete(run.contextId);
  }
}

const keyOf = ({ family, owner, tenant }: Pick<RunQuery, 'family' | 'owner' | 'tenant'>): string =>
  JSON.stringify(tenant === undefined ? [family, owner] : [family, owner, tenant]);

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
