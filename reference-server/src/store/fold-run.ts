import type { RunEvent, RunState } from './run-event.ts';
import type { Entry, Run, RunHead } from './store.ts';

export const emptyRun = (head: RunHead): Run => ({
  ...head,
  state: 'working',
  open: false,
  statusAt: head.createdAt,
  seq: -1,
});

/** The run after more entries. */
export function foldRun(run: Run, entries: readonly Entry[]): Run {
  const after = { ...run };
  for (const entry of entries) takeIn(after, entry);
  return after;
}

function takeIn(run: Run, { seq, at, event }: Entry): void {
  run.seq = seq;
  if (event.type === 'open') run.open = true;
  const state = stateAfter(run, event);
  if (!state) return;
  run.state = state;
  run.statusAt = at;
}

/** Undefined: the event says nothing of it. */
function stateAfter(run: Run, event: RunEvent): RunState | undefined {
  switch (event.type) {
    case 'turn':
    case 'status':
      return 'working';
    case 'end':
      return event.state;
    case 'crash':
      return 'failed';
    case 'reply':
      return run.open ? 'completed' : 'replied';
    default:
      return undefined;
  }
}
