import type { Entry, Run, RunHead } from './store.ts';

export const emptyRun = (head: RunHead): Run => ({
  ...head,
  state: 'working',
  open: false,
  statusAt: head.createdAt,
  seq: -1,
});

/** The run after one more entry. */
export function foldRun(run: Run, { seq, at, event }: Entry): Run {
  switch (event.type) {
    case 'open':
      return { ...run, seq, open: true };
    case 'turn':
    case 'status':
      return { ...run, seq, state: 'working', statusAt: at };
    case 'end':
      return { ...run, seq, state: event.state, statusAt: at };
    case 'crash':
      return { ...run, seq, state: 'failed', statusAt: at };
    case 'reply':
      return { ...run, seq, state: run.open ? 'completed' : 'replied', statusAt: at };
    default:
      return { ...run, seq };
  }
}
