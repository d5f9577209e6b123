import { endsTurn, isFinished } from './run-event.ts';
import type { Run, Store } from './store.ts';

/** Told of the life of every run, whatever the protocol, after it is written. What one throws is reported, and changes nothing. */
export interface Hooks {
  /** A message has come, and the agent is at work. */
  onTurn?: (run: Run) => void;
  /** The turn is over; `run.state` says how. */
  onTurnEnd?: (run: Run) => void;
  /** Nothing more will happen in the run; after `onTurnEnd`. */
  onTerminal?: (run: Run) => void;
}

/** The store, with somebody who is told. */
export function withHooks(store: Store, hooks: Hooks, report: (error: unknown) => void): Store {
  const tell = (hook: ((run: Run) => void) | undefined, run: Run) => {
    try {
      hook?.(run);
    } catch (error) {
      report(error);
    }
  };
  return {
    ...store,
    logs: {
      read: (...args) => store.logs.read(...args),
      snapshot: (...args) => store.logs.snapshot(...args),
      async append(runId, entries, options) {
        const seq = await store.logs.append(runId, entries, options);
        const begins = entries.some(({ event }) => event.type === 'turn');
        const ends = entries.some(({ event }) => endsTurn(event));
        const run = begins || ends ? await store.runs.get(runId) : undefined;
        if (!run) return seq;
        if (begins) tell(hooks.onTurn, { ...run, state: 'working' });
        if (ends) tell(hooks.onTurnEnd, run);
        if (ends && isFinished(run.state)) tell(hooks.onTerminal, run);
        return seq;
      },
    },
  };
}
