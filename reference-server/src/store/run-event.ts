import type { AgentEvent, EndState, Json, Script } from '@agentproto/script';

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
