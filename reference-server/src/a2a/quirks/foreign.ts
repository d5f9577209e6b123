import type { Task } from '@agentproto/protocol/a2a/1.0';
import type { Hit } from '../../quirk.ts';
import { A2AError } from '../a2a-error.ts';
import type { Call } from '../call.ts';
import type { A2AContext, A2AImpl } from '../context.ts';
import { a2aQuirk } from './a2a-quirk.ts';

/** Whose task something is, and what others learn of it. */

/** The call as if the task's owner had made it. */
async function asOwner(ctx: A2AContext, call: Call, id: string | undefined, hit: Hit): Promise<Call> {
  const run = id === undefined ? undefined : await ctx.store.runs.get(id);
  return run && run.owner !== call.owner ? hit({ ...call, owner: run.owner }) : call;
}

const newestFirst = (a: Task, b: Task) => (b.status.timestamp ?? '').localeCompare(a.status.timestamp ?? '');

/** Lists the tasks of all callers that were ever seen. */
function ofEverybody(impl: A2AImpl, hit: Hit, when: (contextId: string | undefined) => boolean): Partial<A2AImpl> {
  const owners = new Set<string>();
  return {
    authenticate(ctx, headers) {
      const owner = impl.authenticate(ctx, headers);
      owners.add(owner);
      return owner;
    },
    async ListTasks(ctx, call, request) {
      const own = await impl.ListTasks(ctx, call, request);
      if (request.pageToken || !when(request.contextId)) return own;
      const others: Task[] = [];
      for (const owner of owners)
        if (owner !== call.owner) others.push(...(await impl.ListTasks(ctx, { ...call, owner }, request)).tasks);
      if (others.length === 0) return own;
      const tasks = [...own.tasks, ...others].sort(newestFirst).slice(0, own.pageSize);
      return hit({ ...own, tasks, totalSize: own.totalSize + others.length });
    },
  };
}

export const foreignTaskQuirks = [
  a2aQuirk('a2a.get.of-anybody', {
    breaks: 'A2A10-GET-004',
    make: (impl, hit) => ({
      GetTask: async (ctx, call, request) => impl.GetTask(ctx, await asOwner(ctx, call, request.id, hit), request),
    }),
  }),
  a2aQuirk('a2a.send.to-anybodys-task', {
    breaks: 'A2A10-SEND-021',
    make: (impl, hit) => ({
      SendMessage: async (ctx, call, request) =>
        impl.SendMessage(ctx, await asOwner(ctx, call, request.message.taskId, hit), request),
    }),
  }),
  a2aQuirk('a2a.cancel.of-anybody', {
    breaks: 'A2A10-CANCEL-005',
    make: (impl, hit) => ({
      CancelTask: async (ctx, call, request) =>
        impl.CancelTask(ctx, await asOwner(ctx, call, request.id, hit), request),
    }),
  }),
  a2aQuirk('a2a.subscribe.to-anybody', {
    breaks: 'A2A10-SUB-008',
    make: (impl, hit) => ({
      SubscribeToTask: async (ctx, call, request) =>
        impl.SubscribeToTask(ctx, await asOwner(ctx, call, request.id, hit), request),
    }),
  }),
  a2aQuirk('a2a.list.of-everybody', {
    breaks: 'A2A10-LIST-001',
    make: (impl, hit) => ofEverybody(impl, hit, (contextId) => !contextId),
  }),
  a2aQuirk('a2a.list.of-everybody-in-a-context', {
    breaks: 'A2A10-LIST-018',
    make: (impl, hit) => ofEverybody(impl, hit, Boolean),
  }),
  a2aQuirk('a2a.error.not-yours', {
    breaks: 'A2A10-ERR-007',
    make: (impl, hit) => ({
      async findTask(ctx, call, id) {
        const run = await ctx.store.runs.get(id);
        if (run && run.owner !== call.owner)
          throw hit(
            new A2AError('TaskNotFoundError', `Task not found among yours: ${id}`, { metadata: { taskId: id } }),
          );
        return impl.findTask(ctx, call, id);
      },
    }),
  }),
];
