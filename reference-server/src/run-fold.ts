import { countTurn, NO_TURNS } from '@agentproto/script';
import type { Script, TurnCount } from '@agentproto/script';
import type { Entry, Run, Store } from './store/store.ts';

/**
 * What a run's log comes to, so far. It is kept with the run as a snapshot, so that a turn, a question and a subscription
 * begin there, however long the log is. `takeIn` changes it in place: one entry costs what the entry holds.
 */
export interface RunFold<View = unknown> {
  /** The last entry that is in it; -1 for none. */
  seq: number;
  turns: number;
  /** Wire frames of all entries. */
  frames: number;
  /** The script that the run follows, and how far. */
  story: { script: Script; count: TurnCount } | undefined;
  /** What the family has made of it. */
  view: View;
}

/** How a family folds a log. */
export interface Viewing<View> {
  /** What it makes of an empty log. */
  empty(run: Pick<Run, 'id' | 'contextId'>): View;
  /** Takes one more entry in, in place, and returns how many wire frames it makes. */
  takeIn(view: View, entry: Omit<Entry, 'frames'>): number;
  /** A view of its own, which may change without the other. */
  copy(view: View): View;
  /** How much there is to copy, in things. */
  size(view: View): number;
}

export const emptyFold = <View>(run: Pick<Run, 'id' | 'contextId'>, viewing: Viewing<View>): RunFold<View> => ({
  seq: -1,
  turns: 0,
  frames: 0,
  story: undefined,
  view: viewing.empty(run),
});

export const copyFold = <View>(fold: RunFold<View>, viewing: Viewing<View>): RunFold<View> => ({
  ...fold,
  view: viewing.copy(fold.view),
});

export function takeIn<View>(fold: RunFold<View>, entry: Omit<Entry, 'frames'>, viewing: Viewing<View>): void {
  const { event } = entry;
  fold.seq = entry.seq;
  fold.frames += viewing.takeIn(fold.view, entry);
  if (event.type === 'turn') {
    fold.turns += 1;
    if (event.script) fold.story = { script: event.script, count: NO_TURNS };
  } else if (fold.story && event.type !== 'open' && event.type !== 'crash') {
    const count = countTurn(fold.story.count, event);
    if (count !== fold.story.count) fold.story = { ...fold.story, count };
  }
}

/**
 * The fold after the entry `seq` of a run's log, from the nearest snapshot before it. It is the caller's own. Undefined when
 * the run has been dropped.
 */
export async function foldAt<View>(
  { logs }: Store,
  run: Pick<Run, 'id' | 'contextId'>,
  seq: number,
  viewing: Viewing<View>,
): Promise<RunFold<View> | undefined> {
  const kept = seq < 0 ? undefined : await logs.snapshot(run.id);
  // Written by the same family.
  const fold = kept && kept.seq <= seq ? copyFold(kept.value as RunFold<View>, viewing) : emptyFold(run, viewing);
  if (fold.seq === seq) return fold;
  for await (const batch of logs.read(run.id, { after: fold.seq })) {
    for (const entry of batch) {
      takeIn(fold, entry, viewing);
      if (entry.seq === seq) return fold;
    }
  }
  return undefined;
}
