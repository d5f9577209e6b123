import type { Message } from '@agentproto/protocol/a2a/1.0';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk, tasks } from './a2a-quirk.ts';

/** The last message of a history, changed. */
const history = (impl: A2AImpl, change: (message: Message) => object): Pick<A2AImpl, 'recentHistory'> => ({
  recentHistory(...args) {
    const messages = impl.recentHistory(...args);
    const last = messages.at(-1);
    return last ? [...messages.slice(0, -1), change(last) as Message] : messages;
  },
});

export const modelQuirks = [
  a2aQuirk('a2a.model.snake-case', {
    breaks: 'A2A10-DM-001',
    make: (impl, hit) => tasks(impl, (task) => hit({ ...task, context_id: task.contextId })),
  }),
  a2aQuirk('a2a.model.old-state-names', {
    breaks: 'A2A10-DM-002',
    make: (impl, hit) =>
      tasks(impl, (task) =>
        hit({
          ...task,
          status: {
            ...task.status,
            state: task.status.state.slice('TASK_STATE_'.length).toLowerCase().replace('_', '-') as never,
          },
        }),
      ),
  }),
  a2aQuirk('a2a.model.offset-instead-of-z', {
    breaks: 'A2A10-DM-003',
    make: (impl, hit) => ({ timestamp: (...args) => hit(impl.timestamp(...args).replace('Z', '+00:00')) }),
  }),
  a2aQuirk('a2a.model.whole-seconds', {
    breaks: 'A2A10-DM-004',
    make: (impl, hit) => ({ timestamp: (...args) => hit(impl.timestamp(...args).replace(/\.\d+Z/, 'Z')) }),
  }),
  a2aQuirk('a2a.model.message-without-id', {
    breaks: 'A2A10-DM-005',
    make: (impl, hit) =>
      history(impl, (message) => {
        const { messageId: _left, ...rest } = message;
        return hit(rest);
      }),
  }),
  a2aQuirk('a2a.model.list-without-its-members', {
    breaks: 'A2A10-LIST-007',
    make: (impl, hit) => ({
      async ListTasks(ctx, call, request) {
        const { tasks } = await impl.ListTasks(ctx, call, request);
        return hit({ tasks }) as never;
      },
    }),
  }),
  a2aQuirk('a2a.model.message-without-parts', {
    breaks: 'A2A10-DM-006',
    make: (impl, hit) => history(impl, (message) => hit({ ...message, parts: [] })),
  }),
  a2aQuirk('a2a.model.part-of-two-kinds', {
    breaks: 'A2A10-DM-009',
    make: (impl, hit) =>
      history(impl, (message) => hit({ ...message, parts: [{ text: 'one', url: 'https://example.com/two' }] })),
  }),
  a2aQuirk('a2a.model.one-artifact-twice', {
    breaks: 'A2A10-DM-012',
    make: (impl, hit) =>
      tasks(impl, (task) =>
        task.artifacts ? hit({ ...task, artifacts: [...task.artifacts, ...task.artifacts] }) : task,
      ),
  }),
  a2aQuirk('a2a.model.kind', {
    breaks: 'A2A10-DM-013',
    make: (impl, hit) => tasks(impl, (task) => hit({ ...task, kind: 'task' })),
  }),
  a2aQuirk('a2a.model.event-without-context', {
    breaks: 'A2A10-DM-014',
    also: [{ id: 'A2A10-DM-005', why: 'the member is required' }],
    make: (impl, hit) => ({
      encode: (...args) =>
        impl.encode(...args).map((event) => {
          if (!event.statusUpdate) return event;
          const { contextId: _left, ...statusUpdate } = event.statusUpdate;
          return hit({ statusUpdate }) as typeof event;
        }),
    }),
  }),
];
