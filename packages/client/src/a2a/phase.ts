import { INTERRUPTED_STATES, type Task, type TaskState, TERMINAL_STATES } from '@agentproto/protocol/a2a/1.0';

/** `waiting`: the task waits for the caller, and the server may close the stream or keep it open. */
export type Phase = 'running' | 'waiting' | 'done';

const PHASES: { [state: string]: Phase } = Object.fromEntries([
  ...TERMINAL_STATES.map((state) => [state, 'done']),
  ...INTERRUPTED_STATES.map((state) => [state, 'waiting']),
]);

export function phaseOfState(state: TaskState): Phase {
  return PHASES[state] ?? 'running';
}

export function phaseOf({ status }: Task): Phase {
  return phaseOfState(status.state);
}
