import type { TaskResult } from '@agentproto/protocol/chat/docs';

/** What DCAF tells other agents of itself; members of your own are told as they are. `url` is always the server's. */
export type CardOption = Readonly<Record<string, unknown>>;

/** Results that can still be asked for; older ones are forgotten. */
const KEPT = 1_000;

/** What came of tasks whose callers did not wait. */
export interface TaskResults {
  get(key: string): TaskResult | undefined;
  set(key: string, result: TaskResult): void;
}

export function createTaskResults(): TaskResults {
  const results = new Map<string, TaskResult>();
  return {
    get: (key) => results.get(key),
    set(key, result) {
      results.delete(key);
      results.set(key, result);
      if (results.size > KEPT) results.delete(results.keys().next().value!);
    },
  };
}
