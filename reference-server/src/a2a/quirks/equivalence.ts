import { A2AError } from '../a2a-error.ts';
import { a2aQuirk, instead } from './a2a-quirk.ts';

/** One binding unlike the other. */
export const equivalenceQuirks = [
  a2aQuirk('a2a.rest.lists-nothing', {
    breaks: 'A2A10-EQ-001',
    make: (impl, hit) => ({
      ListTasks(ctx, call, request) {
        if (call.binding === 'HTTP+JSON')
          throw hit(new A2AError('UnsupportedOperationError', 'Tasks are listed over JSON-RPC.'));
        return impl.ListTasks(ctx, call, request);
      },
    }),
  }),
  a2aQuirk('a2a.rest.tasks-say-more', {
    breaks: 'A2A10-EQ-002',
    make: (impl, hit) => ({
      async GetTask(ctx, call, request) {
        const task = await impl.GetTask(ctx, call, request);
        return call.binding === 'HTTP+JSON' ? hit({ ...task, metadata: { ...task.metadata, link: task.id } }) : task;
      },
    }),
  }),
  a2aQuirk('a2a.rest.other-context-is-unsupported', {
    breaks: 'A2A10-EQ-003',
    make: (impl, hit) => ({
      SendMessage: (ctx, call, request) =>
        call.binding === 'HTTP+JSON' && request.message.taskId && request.message.contextId
          ? instead(() => impl.SendMessage(ctx, call, request), 'InvalidParamsError', hit, 'UnsupportedOperationError')
          : impl.SendMessage(ctx, call, request),
    }),
  }),
  a2aQuirk('a2a.card.hides-a-binding', {
    breaks: 'A2A10-EQ-004',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        const supportedInterfaces = card.supportedInterfaces.filter(
          ({ protocolBinding }) => protocolBinding !== 'HTTP+JSON',
        );
        return hit({ ...card, supportedInterfaces });
      },
    }),
  }),
];
