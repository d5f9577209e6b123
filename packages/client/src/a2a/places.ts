import type { Message, Task } from '@agentproto/protocol/a2a/1.0';
import type { Report, RowId } from './deviation.ts';
import { phaseOf } from './phase.ts';

/** Which task, in which context. */
export interface Place {
  taskId?: string | undefined;
  contextId?: string | undefined;
}

/** A task stays in its context, over all its events and messages (§3.4.1). */
export function comparePlaces(expected: Place, got: Place, report: Report, row?: RowId): void {
  for (const member of ['taskId', 'contextId'] as const) {
    if (got[member] && expected[member] && got[member] !== expected[member])
      report('other-context', `expected the ${member} ${expected[member]}, got ${got[member]}`, row);
  }
}

/** So many tasks are kept that wait for their caller. */
const MOST = 1_000;

/** The contexts of tasks that wait: a caller may go on with a task by its id alone. */
export class Places {
  readonly #contexts = new Map<string, string>();

  keep(task: Task): void {
    this.#contexts.delete(task.id);
    if (phaseOf(task) !== 'waiting' || !task.contextId) return;
    this.#contexts.set(task.id, task.contextId);
    if (this.#contexts.size > MOST)
      for (const oldest of this.#contexts.keys()) return void this.#contexts.delete(oldest);
  }

  /** What a message goes on with. */
  of({ taskId, contextId = taskId && this.#contexts.get(taskId) }: Message): Place {
    return { taskId, contextId };
  }

  compare(message: Message, task: Task | undefined, report: Report): void {
    const got = { taskId: task?.id, contextId: task?.contextId };
    comparePlaces(this.of(message), got, report, 'A2A10-CTX-002');
  }
}
