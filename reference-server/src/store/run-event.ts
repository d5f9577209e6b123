import type { AgentEvent, EndState, Json, Script } from '@agentproto/script';
import type { Entry, Run, RunHead } from './store.ts';

/** A log holds what the agent did, and three marks of the server's own. */
export type RunEvent =
  | AgentEvent
  /** A message of the caller begins a turn; turns count from 0. `input` is the message in the family's own words. */
  | { type: 'turn'; turn: number; input: Json; script?: Script }
  /** From here on the caller knows of the run. */
  | { type: 'open' }
  /** The agent crashed; the message is for the log alone. */
  | { type: 'crash'; message: string };

/** `replied`: answered directly, so that nothing remains to be got. */
export type RunState = 'working' | 'replied' | EndState;

const INTERRUPTED: ReadonlySet<RunState> = new Set<RunState>(['input-required', 'auth-required']);

/** The run waits for its caller: a follow-up continues it. */
export const isInterrupted = (state: RunState): boolean => INTERRUPTED.has(state);

/** Nothing more will happen in the run. */
export const isFinished = (state: RunState): boolean => state !== 'working' && !INTERRUPTED.has(state);

/** The event is the last of its turn. */
export const endsTurn = (event: RunEvent): boolean =>
  event.type === 'end' || event.type === 'reply' || event.type === 'crash';

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
