import type { AgentEvent } from '@agentproto/script';
import { A2AError } from '../a2a-error.ts';
import { isFinished } from '../../store/run-event.ts';
import { a2aQuirk, tasks } from './a2a-quirk.ts';

/** Long enough to be noticed by whoever expects answers at once, short enough for a test. */
const LATE_MS = 120;

/** Kinds of agents and servers that the protocol leaves room for: with each of them a run conforms. */
export const legalAgents = [
  a2aQuirk('a2a.legal.only-messages', {
    breaks: null,
    says: 'The agent answers with messages, and never makes a task.',
    make: (_impl, hit) => ({
      async *agentEvents(): AsyncGenerator<AgentEvent> {
        yield hit({ type: 'reply', parts: [{ text: 'I only ever answer' }] });
      },
    }),
  }),
  a2aQuirk('a2a.legal.only-tasks', {
    breaks: null,
    says: 'The agent makes a task of what it was asked to answer directly.',
    make: (impl, hit) => ({
      async *agentEvents(ctx, request, events): AsyncGenerator<AgentEvent> {
        for await (const event of impl.agentEvents(ctx, request, events)) {
          if (event.type !== 'reply') {
            yield event;
            continue;
          }
          yield hit<AgentEvent>({
            type: 'artifact',
            artifact: { id: 'answer', parts: event.parts },
            append: false,
            last: true,
          });
          yield { type: 'end', state: 'completed' };
        }
      },
    }),
  }),
  a2aQuirk('a2a.legal.cannot-be-canceled', {
    breaks: null,
    says: 'No task can be canceled.',
    make: (impl, hit) => ({
      checkCancelable(ctx, run) {
        impl.checkCancelable(ctx, run);
        if (!isFinished(run.state)) throw hit(new A2AError('TaskNotCancelableError', 'This agent cannot be stopped.'));
      },
    }),
  }),
  a2aQuirk('a2a.legal.makes-no-contexts', {
    breaks: null,
    says: 'Tasks have no contextId, unless the client named one.',
    make(impl, hit) {
      const named = new Set<string>();
      return {
        beginTurn(ctx, call, request) {
          // What the client names is kept (3.4.1).
          if (request.message.contextId) named.add(request.message.contextId);
          return impl.beginTurn(ctx, call, request);
        },
        ...tasks(impl, (task) => {
          const { contextId, ...rest } = task;
          return contextId !== undefined && named.has(contextId) ? task : (hit(rest) as typeof task);
        }),
      };
    },
  }),
  a2aQuirk('a2a.legal.answers-late', {
    breaks: null,
    says: 'Every answer begins 120 ms late.',
    make: (impl, hit) => ({
      async answerRpc(ctx, request) {
        await hit(ctx.clock.sleep(LATE_MS, request.left.signal));
        return impl.answerRpc(ctx, request);
      },
      async answerRest(ctx, request) {
        await ctx.clock.sleep(LATE_MS, request.left.signal);
        return impl.answerRest(ctx, request);
      },
    }),
  }),
  a2aQuirk('a2a.legal.steady-and-slow', {
    breaks: null,
    says: 'The agent takes 120 ms over each of its events.',
    make: (impl, hit) => ({
      async *agentEvents(ctx, request, events): AsyncGenerator<AgentEvent> {
        for await (const event of impl.agentEvents(ctx, request, events)) {
          await hit(ctx.clock.sleep(LATE_MS));
          yield event;
        }
      },
    }),
  }),
  a2aQuirk('a2a.legal.lists-at-most-a-hundred', {
    breaks: null,
    says: 'A page size above 100 is taken for 100.',
    make: (impl, hit) => ({
      validate(ctx, name, value, binding) {
        const violations = impl.validate(ctx, name, value, binding);
        const { pageSize } = value as { pageSize?: unknown };
        if (name !== 'ListTasksRequest' || typeof pageSize !== 'number' || pageSize <= 100) return violations;
        return hit(violations.filter(({ field }) => field !== 'pageSize'));
      },
      ListTasks: (ctx, call, request) =>
        impl.ListTasks(ctx, call, (request.pageSize ?? 0) > 100 ? { ...request, pageSize: 100 } : request),
    }),
  }),
  a2aQuirk('a2a.legal.lists-one-by-one', {
    breaks: null,
    says: 'A page of a list has one task, however many were asked for.',
    make: (impl, hit) => ({
      ListTasks: (ctx, call, request) => impl.ListTasks(ctx, call, hit({ ...request, pageSize: 1 })),
    }),
  }),
  a2aQuirk('a2a.legal.no-timestamps', {
    breaks: null,
    says: 'Tasks do not say when their status was set.',
    make: (impl, hit) =>
      tasks(impl, (task) => {
        const { timestamp: _left, ...status } = task.status;
        return hit({ ...task, status });
      }),
  }),
];
