import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { LIST_MEMBERS, listParams, stampOf } from '../task-list.ts';
import { taskView } from '../view.ts';
import { written } from './model.ts';

/** What holds for every page of every list (3.1.4). */

const DEFAULT_SIZE = 50;
/** How far apart what an agent says and its being stored may be, for a server that is busy. */
const STORED_WITHIN_MS = 1_000;

function areLatestFirst(stamps: readonly number[], storedWithinMs: number): boolean {
  let earliest = Infinity;
  return stamps.every((at) => {
    const isInOrder = at <= earliest + storedWithinMs;
    earliest = Math.min(earliest, at);
    return isInOrder;
  });
}

export const listInvariants = [
  invariant('a2a/list/page', {
    title: 'A page of a list has its members, no artifacts that nobody asked for, and no more tasks than asked for',
    proves: ['A2A10-LIST-003', 'A2A10-LIST-005', 'A2A10-LIST-007', 'A2A10-LIST-008', 'A2A10-LIST-014'],
    bindings: ['JSONRPC', 'HTTP+JSON'],
    examine(exchange, check) {
      if (exchange.operation !== 'ListTasks') return;
      for (const { value, place } of written(exchange)) {
        if (!isRecord(value)) continue;
        const params = listParams(exchange);
        const { tasks, pageSize, totalSize } = value;
        const list: unknown[] = Array.isArray(tasks) ? tasks : [];
        const page = seen({ ...value, ...(Array.isArray(tasks) && { tasks: tasks.slice(0, 1) }) }, place);
        check('A2A10-LIST-007', page).has(LIST_MEMBERS);
        const asked = Number(params.pageSize ?? DEFAULT_SIZE);
        // What is not there is a matter of LIST-007. That the size which was used is how many came is a way to read it, too.
        if (Number.isInteger(pageSize) && asked >= 1)
          check('A2A10-LIST-008', page).holds(
            list.length <= (pageSize as number) && (pageSize as number) <= asked,
            `at most ${asked} tasks, and a pageSize that says so`,
            { tasks: list.length, pageSize },
          );
        if (Number.isInteger(totalSize))
          check('A2A10-LIST-014', page).holds(
            (totalSize as number) >= list.length,
            `a totalSize of at least the ${list.length} tasks of this page`,
            totalSize,
          );
        if (String(params.includeArtifacts ?? false) === 'false' && list.length > 0) {
          const shown = list.filter((task) => isRecord(task) && 'artifacts' in task);
          check('A2A10-LIST-005', seen(shown.slice(0, 1), place)).holds(
            shown.length === 0,
            'no member `artifacts`, neither empty nor null',
          );
        }
        const stamps = list.flatMap((task) => stampOf(taskView(task)) ?? []);
        // 3.1.4 says "last update time", too. Tasks of one context are a play's own, one after the other, so that it comes to the same;
        // those of several plays are at work at once, and may be stored in another order than their agents spoke.
        const storedWithinMs = params.contextId === undefined ? STORED_WITHIN_MS : 0;
        if (stamps.length > 1)
          check('A2A10-LIST-003', seen(stamps, place)).holds(
            areLatestFirst(stamps, storedWithinMs),
            'status.timestamp, the latest first',
            stamps.map((at) => new Date(at).toISOString()),
          );
      }
    },
  }),
];
