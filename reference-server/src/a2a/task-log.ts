import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { emptyFold, foldAt } from '../run-fold.ts';
import type { RunFold, Viewing } from '../run-fold.ts';
import type { Entry, Run } from '../store/store.ts';
import type { A2AContext } from './context.ts';
import { updates } from './encode.ts';
import type { TaskFold } from './fold.ts';
import { copyTask, newFold } from './task-fold.ts';

/** The log of a run, folded into a task. */
export type TaskLog = RunFold<TaskFold>;

/** The frames that an entry makes; the fold is then the task after it. */
export function step(ctx: A2AContext, fold: TaskFold, entry: Omit<Entry, 'frames'>): StreamResponse[] {
  const frames = ctx.impl.encode(ctx, fold, entry);
  // What the task is does not change when something else is said of it; mostly they are one, and made once.
  ctx.impl.advance(ctx, fold, entry, ctx.impl.encode === updates ? frames : undefined);
  return frames;
}

const viewings = new WeakMap<A2AContext, Viewing<TaskFold>>();

/** One for each server. */
export function viewingOf(ctx: A2AContext): Viewing<TaskFold> {
  let viewing = viewings.get(ctx);
  if (!viewing) viewings.set(ctx, (viewing = newViewing(ctx)));
  return viewing;
}

const newViewing = (ctx: A2AContext): Viewing<TaskFold> => ({
  empty: newFold,
  takeIn: (fold, entry) => step(ctx, fold, entry).length,
  copy: copyTask,
  size: ({ artifacts, history }) => artifacts.size + history.length,
});

export const emptyLog = (ctx: A2AContext, run: Pick<Run, 'id' | 'contextId'>): TaskLog =>
  emptyFold(run, viewingOf(ctx));

/** The caller's own fold of a task's log after the entry `seq`; undefined when the store has dropped the task. */
export const logAt = (ctx: A2AContext, run: Run, seq: number): Promise<TaskLog | undefined> =>
  foldAt(ctx.store, run, seq, viewingOf(ctx));
