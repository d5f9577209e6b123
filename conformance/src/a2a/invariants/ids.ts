import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { walk, written } from './model.ts';

/** What says to which task and context it belongs, inside of something that says so too. */

export const idInvariants = [
  invariant('a2a/model/status-message', {
    title: 'The message in a status belongs to the task whose status it is',
    proves: ['A2A10-CTX-007'],
    bindings: ['JSONRPC', 'HTTP+JSON'],
    examine(exchange, check) {
      for (const { value, place } of written(exchange))
        walk({ value }, (key, status, path, parent) => {
          if (key !== 'status' || !isRecord(status) || !isRecord(status.message)) return;
          const task = { taskId: parent.taskId ?? parent.id, contextId: parent.contextId };
          const { taskId = task.taskId, contextId = task.contextId } = status.message;
          check('A2A10-CTX-007', seen({ taskId, contextId }, place)).holds(
            (task.taskId ?? taskId) === taskId && (task.contextId ?? contextId) === contextId,
            `the ids of its task, ${JSON.stringify(task)}, in ${path}.message`,
          );
        });
    },
  }),
];
