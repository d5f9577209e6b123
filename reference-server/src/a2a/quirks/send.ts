import type { SendMessageRequest } from '@agentproto/protocol/a2a/1.0';
import type { A2AContext, A2AImpl } from '../context.ts';
import type { Call } from '../call.ts';
import { A2AError } from '../a2a-error.ts';
import { a2aQuirk, changed } from './a2a-quirk.ts';

type Request = SendMessageRequest;

const withMessage = (request: Request, change: Partial<Request['message']>): Request => ({
  ...request,
  message: { ...request.message, ...change },
});

/** A message as if it named no task (or no context). */
function without(request: Request, member: 'taskId' | 'contextId'): Request {
  const { [member]: _left, ...message } = request.message;
  return { ...request, message };
}

async function isContextKnown(ctx: A2AContext, { owner }: Call, contextId: string): Promise<boolean> {
  return (await ctx.store.runs.list({ family: 'a2a', owner, contextId, limit: 1 })).total > 0;
}

/** It goes on with a task that is there: the client of 0.1 names those that it begins, too. */
async function goesOn(ctx: A2AContext, call: Call, { message }: Request): Promise<boolean> {
  try {
    return (await ctx.impl.followed(ctx, call, message)) !== undefined;
  } catch {
    return false;
  }
}

/** A context that the client names is replaced, when the server knows it, or when it does not. */
const replacesContext = (
  impl: A2AImpl,
  hit: (request: Request) => Request,
  when: 'known' | 'unknown',
): Pick<A2AImpl, 'beginTurn'> => ({
  async beginTurn(ctx, call, request) {
    const { contextId } = request.message;
    if (
      !contextId ||
      (await isContextKnown(ctx, call, contextId)) !== (when === 'known') ||
      (await goesOn(ctx, call, request))
    )
      return impl.beginTurn(ctx, call, request);
    return impl.beginTurn(ctx, call, hit(without(request, 'contextId')));
  },
});

export const sendQuirks = [
  a2aQuirk('a2a.send.bare-task', {
    breaks: 'A2A10-SEND-001',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        const answer = await impl.SendMessage(ctx, call, request);
        return answer.task ? (hit(answer.task) as never) : answer;
      },
    }),
  }),
  a2aQuirk('a2a.send.ended-task-takes-more', {
    breaks: 'A2A10-SEND-002',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        try {
          return await impl.SendMessage(ctx, call, request);
        } catch (error) {
          const { taskId: id } = request.message;
          if (!id || !(error instanceof A2AError) || error.error !== 'UnsupportedOperationError') throw error;
          return hit({ task: await impl.GetTask(ctx, call, { id }) });
        }
      },
    }),
  }),
  a2aQuirk('a2a.send.unknown-task-is-a-new-one', {
    breaks: 'A2A10-SEND-004',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        try {
          return await impl.SendMessage(ctx, call, request);
        } catch (error) {
          if (error instanceof A2AError && error.error === 'TaskNotFoundError')
            return impl.SendMessage(ctx, call, hit(without(request, 'taskId')));
          throw error;
        }
      },
    }),
  }),
  a2aQuirk('a2a.send.every-task-id-is-left-aside', {
    breaks: 'A2A10-SEND-004',
    make: (impl, hit) => ({
      beginTurn: (ctx, call, request) =>
        impl.beginTurn(ctx, call, request.message.taskId ? hit(without(request, 'taskId')) : request),
    }),
  }),
  a2aQuirk('a2a.send.makes-the-invented-task', {
    breaks: 'A2A10-SEND-005',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        try {
          return await impl.SendMessage(ctx, call, request);
        } catch (error) {
          const { taskId } = request.message;
          if (!taskId || !(error instanceof A2AError) || error.error !== 'TaskNotFoundError') throw error;
          await impl.beginTurn(
            { ...ctx, impl: { ...ctx.impl, newId: () => taskId } },
            call,
            without(request, 'taskId'),
          );
          throw hit(error);
        }
      },
    }),
  }),
  a2aQuirk('a2a.send.one-id-for-all', {
    breaks: 'A2A10-SEND-006',
    also: [
      { id: 'A2A10-GET-001', why: 'nothing is found under the id' },
      { id: 'A2A10-GET-002', why: 'nothing is found under the id' },
      { id: 'A2A10-ERR-008', why: 'nothing is found under the id' },
      { id: 'A2A10-RPC-014', why: 'nothing is found under the id' },
      { id: 'A2A10-CTX-007', why: 'its messages name the true task' },
    ],
    make: (impl, hit) => ({
      async awaitAnswer(...args) {
        const answer = await impl.awaitAnswer(...args);
        return 'task' in answer ? { task: hit({ ...answer.task, id: 'task-1' }) } : answer;
      },
    }),
  }),
  a2aQuirk('a2a.send.does-not-wait', {
    breaks: 'A2A10-SEND-007',
    make: (impl, hit) => ({
      awaitAnswer(ctx, call, turn, options) {
        if (options.returnImmediately !== undefined) return impl.awaitAnswer(ctx, call, turn, options);
        const soon = ctx.clock
          .sleep(40, call.left.signal)
          .then(() => impl.awaitAnswer(ctx, call, turn, hit({ ...options, returnImmediately: true })));
        return Promise.race([impl.awaitAnswer(ctx, call, turn, options), soon]);
      },
    }),
  }),
  a2aQuirk('a2a.send.takes-false-for-true', {
    breaks: 'A2A10-SEND-008',
    make: (impl, hit) => ({
      awaitAnswer: (ctx, call, turn, options) =>
        impl.awaitAnswer(
          ctx,
          call,
          turn,
          options.returnImmediately === false ? hit({ ...options, returnImmediately: true }) : options,
        ),
    }),
  }),
  a2aQuirk('a2a.send.always-waits', {
    breaks: 'A2A10-SEND-009',
    make: (impl, hit) => ({
      awaitAnswer: (ctx, call, turn, options) =>
        impl.awaitAnswer(
          ctx,
          call,
          turn,
          options.returnImmediately ? hit({ ...options, returnImmediately: false }) : options,
        ),
    }),
  }),
  a2aQuirk('a2a.send.answer-without-artifacts', {
    breaks: 'A2A10-SEND-010',
    make: (impl, hit) => ({
      async awaitAnswer(...args) {
        const answer = await impl.awaitAnswer(...args);
        if (!('task' in answer) || !answer.task.artifacts) return answer;
        const { artifacts: _left, ...task } = answer.task;
        return { task: hit(task) };
      },
    }),
  }),
  a2aQuirk('a2a.send.at-once-is-a-receipt', {
    breaks: 'A2A10-SEND-011',
    make: (impl, hit) => ({
      async awaitAnswer(ctx, call, turn, options) {
        const answer = await impl.awaitAnswer(ctx, call, turn, options);
        if ('task' in answer || !options.returnImmediately) return answer;
        return { message: hit({ ...answer.message, parts: [{ text: 'Got it' }] }) };
      },
    }),
  }),
  a2aQuirk('a2a.send.message-of-no-task', {
    breaks: 'A2A10-SEND-016',
    make: (impl, hit) => ({
      directMessage: (...args) => hit({ ...impl.directMessage(...args), taskId: 'task-of-nobody' }),
    }),
  }),
  a2aQuirk('a2a.send.stream-ends-at-once', {
    breaks: 'A2A10-SEND-012',
    make: (impl, hit) => ({
      async SendStreamingMessage(ctx, call, request) {
        const items = await impl.SendStreamingMessage(ctx, call, request);
        return request.configuration?.returnImmediately ? firstOf(hit(items)) : items;
      },
    }),
  }),
  a2aQuirk('a2a.send.message-of-the-user', {
    breaks: 'A2A10-SEND-016',
    make: (impl, hit) => ({ directMessage: (...args) => hit({ ...impl.directMessage(...args), role: 'ROLE_USER' }) }),
  }),
  a2aQuirk('a2a.send.follow-up-is-a-new-task', {
    breaks: 'A2A10-SEND-017',
    make: (impl, hit) => ({
      async beginTurn(ctx, call, request) {
        const { taskId } = request.message;
        if (!taskId) return impl.beginTurn(ctx, call, request);
        const { contextId, state } = await impl.findTask(ctx, call, taskId);
        if (!state.endsWith('-required')) return impl.beginTurn(ctx, call, request);
        return impl.beginTurn(
          ctx,
          call,
          hit(without(contextId === undefined ? request : withMessage(request, { contextId }), 'taskId')),
        );
      },
    }),
  }),
  a2aQuirk('a2a.send.artifacts-as-status', {
    breaks: 'A2A10-SEND-019',
    make: (impl, hit) => ({
      encode(ctx, fold, entry) {
        const { event } = entry;
        if (event.type !== 'artifact') return impl.encode(ctx, fold, entry);
        const text = event.artifact.parts.map((part) => part.text ?? JSON.stringify(part)).join(' ');
        return hit(impl.encode(ctx, fold, { ...entry, event: { type: 'status', text } }));
      },
    }),
  }),
];

export const contextQuirks = [
  a2aQuirk('a2a.context.kept-to-itself', {
    breaks: 'A2A10-CTX-001',
    make: (impl, hit) => ({
      async awaitAnswer(...args) {
        const answer = await impl.awaitAnswer(...args);
        if (!('task' in answer)) return answer;
        const { contextId: _left, ...task } = answer.task;
        return { task: hit(task) };
      },
    }),
  }),
  a2aQuirk('a2a.context.replaces-the-clients', {
    breaks: 'A2A10-CTX-002',
    make: (impl, hit) => replacesContext(impl, hit, 'unknown'),
  }),
  a2aQuirk('a2a.context.does-not-go-on', {
    breaks: 'A2A10-CTX-005',
    make: (impl, hit) => replacesContext(impl, hit, 'known'),
  }),
  a2aQuirk('a2a.context.lost-on-the-way', {
    breaks: 'A2A10-CTX-003',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        const isFollowUp = !request.message.contextId && (await goesOn(ctx, call, request));
        const answer = await impl.SendMessage(ctx, call, request);
        if (!isFollowUp || !answer.task) return answer;
        return { task: hit({ ...answer.task, contextId: ctx.impl.newId(ctx) }) };
      },
    }),
  }),
  a2aQuirk('a2a.context.follow-up-answers-in-another', {
    breaks: 'A2A10-CTX-003',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        const isFollowUp = !request.message.contextId && (await goesOn(ctx, call, request));
        const answer = await impl.SendMessage(ctx, call, request);
        const { message } = answer.task?.status ?? {};
        if (!isFollowUp || !answer.task || !message) return answer;
        const said = { ...message, contextId: ctx.impl.newId(ctx) };
        return { task: hit({ ...answer.task, status: { ...answer.task.status, message: said } }) };
      },
    }),
  }),
  a2aQuirk('a2a.context.status-message-of-another', {
    breaks: 'A2A10-CTX-007',
    make: (impl, hit) => ({
      encode: (...args) =>
        impl.encode(...args).map((event) => {
          const { statusUpdate } = event;
          const { message, ...status } = statusUpdate?.status ?? {};
          return statusUpdate && message
            ? hit({
                statusUpdate: {
                  ...statusUpdate,
                  status: { ...statusUpdate.status, ...status, message: { ...message, contextId: 'another-context' } },
                },
              })
            : event;
        }),
    }),
  }),
  a2aQuirk('a2a.context.mismatch-is-fine', {
    breaks: 'A2A10-CTX-004',
    make: (impl, hit) => ({
      checkFollowUp(ctx, run, message) {
        const { contextId, ...rest } = message;
        return impl.checkFollowUp(ctx, run, contextId && contextId !== run.contextId ? hit(rest) : message);
      },
    }),
  }),
];

async function* firstOf<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of items) return yield item;
}

export const authQuirks = [
  a2aQuirk('a2a.auth.says-nothing', {
    breaks: 'A2A10-AUTH-007',
    make: (impl, hit) => ({
      turnEvents: (...args) =>
        changed(impl.turnEvents(...args), (event) => {
          const { statusUpdate } = event;
          if (statusUpdate?.status.state !== 'TASK_STATE_AUTH_REQUIRED') return [event];
          const { message: _left, ...status } = statusUpdate.status;
          return hit([{ statusUpdate: { ...statusUpdate, status } }]);
        }),
    }),
  }),
];
