import type { Task } from '@agentproto/protocol/a2a/1.0';
import type { RequirementId } from '@agentproto/rules';
import type { Hit } from '../../quirk.ts';
import { A2AError, invalidParams } from '../a2a-error.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk } from './a2a-quirk.ts';

/** What is only recorded: that it is otherwise. */
const otherwise = (name: string, breaks: RequirementId, make: (impl: A2AImpl, hit: Hit) => Partial<A2AImpl>) =>
  a2aQuirk(name, { breaks, make });

/** Over that long, in milliseconds, a task is forgotten. */
const FORGET_MS = 500;

/** What breaks what products promise beyond the text, in the eras before 1.0. */
export const productQuirks = [
  otherwise('a2a.era.no-replay', 'A2A03-PROD-001', (impl, hit) => ({
    taskEvents: (ctx, call, run) =>
      call.lastEventId === undefined
        ? impl.taskEvents(ctx, call, run)
        : hit(impl.taskEvents(ctx, { ...call, lastEventId: undefined }, run)),
  })),
  otherwise('a2a.era.same-message-is-refused', 'A2A03-PROD-002', (impl, hit) => {
    const known = new Set<string>();
    return {
      beginTurn(ctx, call, request) {
        const { messageId } = request.message;
        if (known.has(messageId))
          throw hit(invalidParams([{ field: 'message.messageId', description: 'came before' }]));
        known.add(messageId);
        return impl.beginTurn(ctx, call, request);
      },
    };
  }),
  otherwise('a2a.era.forced-cancel', 'A2A03-PROD-003', (impl, hit) => ({
    stopAgent: (ctx, run) => hit(impl.stopAgent({ ...ctx, settings: { ...ctx.settings, forceCancelMs: 20 } }, run)),
  })),
  otherwise('a2a.era.forgets-what-is-over', 'A2A03-PROD-004', (impl, hit) => ({
    async GetTask(ctx, call, request) {
      const task: Task = await impl.GetTask(ctx, call, request);
      const isOver = task.status.state.endsWith('COMPLETED');
      if (!isOver || Date.now() - Date.parse(task.status.timestamp ?? '') < FORGET_MS) return task;
      throw hit(new A2AError('TaskNotFoundError', `Task not found: ${request.id}`));
    },
  })),
  otherwise('a2a.era.tool-request-parts', 'A2A03-PROD-005', (impl, hit) => ({
    writeResult: (ctx, binding, method, result) => withToolType(impl.writeResult(ctx, binding, method, result), hit),
  })),
];

/** Data parts that ask for a call say so in their metadata, as WayFlow's do. */
function withToolType(value: unknown, hit: Hit): unknown {
  if (Array.isArray(value)) return value.map((one) => withToolType(one, hit));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withToolType(one, hit)]));
  const { data } = value as { data?: { toolCall?: unknown } };
  return data?.toolCall === undefined ? members : hit({ ...members, metadata: { type: 'tool_request' } });
}
