import type { StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import type { Lifetime } from '../lifetime.ts';
import { backoffMs } from '../retry.ts';
import { catchUp } from './catch-up.ts';
import { phaseOf } from './phase.ts';

/** How long it is waited between two looks at a task, in milliseconds. */
export interface Polling {
  /** The first wait, and the first after something has happened; each further one is twice as long. Default 250. */
  baseMs?: number;
  /** Default 5,000. */
  maxMs?: number;
}

/** One look at a task, and the events that lead to it from the look before. */
export interface Look {
  task: Task;
  events: StreamResponse[];
}

/**
 * Looks at a task again and again (§3.5.3) until it has ended or waits for its caller. A task that waits for credentials
 * is looked at for `authMs` more, because they may come another way (§7.6.2). `seen` is the task as it was a moment ago.
 */
export async function* poll(
  get: () => Promise<Task>,
  seen: Task | undefined,
  life: Lifetime,
  { baseMs = 250, maxMs = 5_000 }: Polling,
  authMs = 0,
): AsyncGenerator<Look, void, undefined> {
  let since = performance.now();
  for (let looks = 1; !seen || goesOn(seen, performance.now() - since < authMs); looks++) {
    // The first waits are short, for agents that only forgot to wait.
    if (seen) await life.sleep(backoffMs(looks, { baseMs, maxMs }));
    const task = await get();
    const events = seen ? catchUp(seen, task) : [{ task }];
    if (events.length > 0) {
      looks = 0;
      since = performance.now();
    }
    seen = task;
    yield { task, events };
  }
}

function goesOn(task: Task, hoping: boolean): boolean {
  return phaseOf(task) === 'running' || (hoping && task.status.state === 'TASK_STATE_AUTH_REQUIRED');
}
