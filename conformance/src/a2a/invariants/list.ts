import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { LIST_MEMBERS, listParams, stampOf } from '../task-list.ts';
import { taskView } from '../view.ts';
import { written } from './model.ts';

/** What holds for every page of every list (3.1.4). */

const DEFAULT_SIZE = 50;

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
        if (stamps.length > 1)
          check('A2A10-LIST-003', seen(stamps, place)).holds(
            stamps.every((at, index) => index === 0 || at <= stamps[index - 1]!),
            'status.timestamp, the latest first',
            stamps.map((at) => new Date(at).toISOString()),
          );
      }
    },
  }),
];
