import type { Exchange } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { sent } from '../sent.ts';
import { walk, written } from './model.ts';

/** What says to which task and context it belongs, inside of something that says so too. */

export const idInvariants = [
  invariant('a2a/model/status-message', {
    title: 'The message in a status belongs to the task whose status it is',
    proves: ['A2A10-CTX-007'],
    bindings: ['JSONRPC', 'HTTP+JSON'],
    examine(exchange, check, play) {
      for (const { value, place } of written(exchange))
        walk({ value }, (key, status, path, parent) => {
          if (key !== 'status' || !isRecord(status) || !isRecord(status.message)) return;
          const task = { taskId: named(parent.taskId) ?? parent.id, contextId: named(parent.contextId) };
          const taskId = named(status.message.taskId) ?? task.taskId;
          const contextId = named(status.message.contextId) ?? task.contextId;
          const isOfTask = (task.taskId ?? taskId) === taskId;
          const isOfContext = (task.contextId ?? contextId) === contextId;
          const told = isOfTask && !isOfContext ? toldIn(play(), task.taskId) : 'begun';
          // In which context its turns were is seen in the play that it is of.
          if (told === 'elsewhere') return;
          check('A2A10-CTX-007', seen({ taskId, contextId }, place), {
            // The message is of a turn that was begun in the wrong context.
            blockedBy: told === 'followed up' ? 'A2A10-CTX-003' : undefined,
          }).holds(isOfTask && isOfContext, `the ids of its task, ${JSON.stringify(task)}, in ${path}.message`);
        });
    },
  }),
];

/** An id that is there: in ProtoJSON an empty string is what a string that nobody set may be written as. */
const named = (id: unknown): unknown => (id === '' || id === null ? undefined : id);

/** What a play did with a task: followed it up without a word of its context, just began it, or only came across it in a list. */
function toldIn(play: readonly Exchange[], taskId: unknown): 'followed up' | 'begun' | 'elsewhere' {
  const own = play.filter(({ operation }) => operation !== 'ListTasks');
  if (own.some((exchange) => namesTaskAlone(exchange, taskId))) return 'followed up';
  return own.some((exchange) => JSON.stringify(exchange).includes(String(taskId))) ? 'begun' : 'elsewhere';
}

function namesTaskAlone(exchange: Exchange, taskId: unknown): boolean {
  const body = sent(exchange);
  const request = exchange.binding === 'JSONRPC' ? body?.params : body;
  const message = isRecord(request) ? request.message : undefined;
  return isRecord(message) && message.taskId === taskId && message.contextId === undefined;
}
