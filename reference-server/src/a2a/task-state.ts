import type { TaskState } from '@agentproto/protocol/a2a/1.0';
import type { RunState } from '../store/run-event.ts';

/** The states of runs that are tasks. */
export type TaskRunState = Exclude<RunState, 'replied'>;

/** An agent is at work as soon as its task is there, so that no task is ever SUBMITTED. */
export const TASK_STATE: Readonly<Record<TaskRunState, TaskState>> = {
  working: 'TASK_STATE_WORKING',
  completed: 'TASK_STATE_COMPLETED',
  failed: 'TASK_STATE_FAILED',
  rejected: 'TASK_STATE_REJECTED',
  canceled: 'TASK_STATE_CANCELED',
  'input-required': 'TASK_STATE_INPUT_REQUIRED',
  'auth-required': 'TASK_STATE_AUTH_REQUIRED',
};

/** The other way round; undefined for a state that no task is in. */
export function runStateOf(state: TaskState): TaskRunState | undefined {
  return (Object.keys(TASK_STATE) as TaskRunState[]).find((one) => TASK_STATE[one] === state);
}
