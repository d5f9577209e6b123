import { A2AError, invalidParams } from '../a2a-error.ts';
import { a2aQuirk, instead } from './a2a-quirk.ts';

export const getQuirks = [
  a2aQuirk('a2a.get.stale', {
    breaks: 'A2A10-GET-001',
    also: [{ id: 'A2A10-STREAM-018', why: 'the end of a stream is compared with GetTask' }],
    make: (impl, hit) => ({
      async GetTask(ctx, call, request) {
        const task = await impl.GetTask(ctx, call, request);
        return hit({ ...task, status: { ...task.status, state: 'TASK_STATE_SUBMITTED' } });
      },
    }),
  }),
  a2aQuirk('a2a.get.without-artifacts', {
    breaks: 'A2A10-GET-001',
    make: (impl, hit) => ({
      async GetTask(ctx, call, request) {
        const { artifacts, ...task } = await impl.GetTask(ctx, call, request);
        return artifacts ? hit(task) : task;
      },
    }),
  }),
  a2aQuirk('a2a.get.in-another-context', {
    breaks: 'A2A10-GET-001',
    also: [{ id: 'A2A10-CTX-007', why: 'the message of the status stays in its own' }],
    make: (impl, hit) => ({
      async GetTask(ctx, call, request) {
        const task = await impl.GetTask(ctx, call, request);
        return hit({ ...task, contextId: 'another-context' });
      },
    }),
  }),
  a2aQuirk('a2a.get.unknown-is-bad-input', {
    breaks: 'A2A10-GET-002',
    make: (impl, hit) => ({
      GetTask: (...args) => instead(() => impl.GetTask(...args), 'TaskNotFoundError', hit, 'InvalidParamsError'),
    }),
  }),
  a2aQuirk('a2a.get.changes-what-it-reads', {
    breaks: 'A2A10-GET-003',
    make(impl, hit) {
      let reads = 0;
      return {
        async GetTask(ctx, call, request) {
          const task = await impl.GetTask(ctx, call, request);
          return hit({ ...task, metadata: { ...task.metadata, reads: ++reads } });
        },
      };
    },
  }),
  a2aQuirk('a2a.get.hides-progress', {
    breaks: 'A2A10-GET-005',
    make: (impl, hit) => ({
      async GetTask(ctx, call, request) {
        const task = await impl.GetTask(ctx, call, request);
        return task.status.state === 'TASK_STATE_WORKING'
          ? hit({ ...task, status: { ...task.status, state: 'TASK_STATE_SUBMITTED' } })
          : task;
      },
    }),
  }),
];

export const historyQuirks = [
  a2aQuirk('a2a.history.zero-is-everything', {
    breaks: 'A2A10-HIST-001',
    make: (impl, hit) => ({
      recentHistory: (ctx, history, length) =>
        length === 0 ? hit([...history]) : impl.recentHistory(ctx, history, length),
    }),
  }),
  a2aQuirk('a2a.history.limit-ignored', {
    breaks: 'A2A10-HIST-002',
    make: (impl, hit) => ({
      recentHistory: (ctx, history, length) => (length ? hit([...history]) : impl.recentHistory(ctx, history, length)),
    }),
  }),
  a2aQuirk('a2a.history.oldest-first', {
    breaks: 'A2A10-HIST-003',
    make: (impl, hit) => ({
      recentHistory: (ctx, history, length) =>
        length ? hit(history.slice(0, length)) : impl.recentHistory(ctx, history, length),
    }),
  }),
  a2aQuirk('a2a.history.not-limited-on-send', {
    breaks: 'A2A10-HIST-004',
    make: (impl, hit) => ({
      awaitAnswer: (ctx, call, turn, options) =>
        impl.awaitAnswer(
          ctx,
          call,
          turn,
          options.historyLength === 0 ? hit({ ...options, historyLength: undefined }) : options,
        ),
    }),
  }),
  a2aQuirk('a2a.history.limit-is-kept', {
    breaks: 'A2A10-GET-003',
    make(impl, hit) {
      const least = new Map<string, number>();
      return {
        taskView(ctx, fold, options) {
          const { historyLength } = options ?? {};
          if (historyLength) least.set(fold.id, Math.min(historyLength, least.get(fold.id) ?? historyLength));
          const kept = historyLength === 0 ? 0 : least.get(fold.id);
          return impl.taskView(
            ctx,
            fold,
            kept === historyLength ? options : { ...options, ...hit({ historyLength: kept }) },
          );
        },
      };
    },
  }),
  a2aQuirk('a2a.history.none-is-an-empty-list', {
    breaks: 'A2A10-HIST-004',
    make: (impl, hit) => ({
      taskView(ctx, fold, options) {
        const task = impl.taskView(ctx, fold, options);
        return options?.historyLength === 0 ? hit({ ...task, history: [] }) : task;
      },
    }),
  }),
  a2aQuirk('a2a.history.takes-negative', {
    breaks: 'A2A10-HIST-006',
    make: (impl, hit) => ({
      validate(ctx, name, value, binding) {
        const violations = impl.validate(ctx, name, value, binding);
        const { historyLength } = value as { historyLength?: unknown };
        const others = violations.filter(({ field }) => field !== 'historyLength' || typeof historyLength !== 'number');
        return others.length < violations.length && name === 'GetTaskRequest' ? hit(others) : violations;
      },
    }),
  }),
  a2aQuirk('a2a.history.of-the-user-only', {
    breaks: 'A2A10-HIST-007',
    make: (impl, hit) => ({
      recentHistory: (ctx, history, length) =>
        impl.recentHistory(ctx, hit(history.filter(({ role }) => role === 'ROLE_USER')), length),
    }),
  }),
];

export const cancelQuirks = [
  a2aQuirk('a2a.cancel.answers-completed', {
    breaks: 'A2A10-CANCEL-001',
    make: (impl, hit) => ({
      async CancelTask(...args) {
        const task = await impl.CancelTask(...args);
        return hit({ ...task, status: { ...task.status, state: 'TASK_STATE_COMPLETED' } });
      },
    }),
  }),
  a2aQuirk('a2a.cancel.takes-what-is-over', {
    breaks: 'A2A10-CANCEL-002',
    make: (impl, hit) => ({
      async CancelTask(ctx, call, request) {
        try {
          return await impl.CancelTask(ctx, call, request);
        } catch (error) {
          if (!(error instanceof A2AError) || error.error !== 'TaskNotCancelableError') throw error;
          return hit(await impl.GetTask(ctx, call, request));
        }
      },
    }),
  }),
  a2aQuirk('a2a.cancel.unknown-is-unsupported', {
    breaks: 'A2A10-CANCEL-003',
    make: (impl, hit) => ({
      CancelTask: (...args) =>
        instead(() => impl.CancelTask(...args), 'TaskNotFoundError', hit, 'UnsupportedOperationError'),
    }),
  }),
  a2aQuirk('a2a.cancel.twice-is-bad-input', {
    breaks: 'A2A10-CANCEL-004',
    make: (impl, hit) => ({
      checkCancelable(ctx, run) {
        if (run.state === 'canceled')
          throw hit(invalidParams([{ field: 'id', description: 'id: this task was canceled before' }]));
        impl.checkCancelable(ctx, run);
      },
    }),
  }),
  a2aQuirk('a2a.cancel.streams-are-not-told', {
    breaks: 'A2A10-CANCEL-006',
    make: (impl, hit) => ({
      encode: (ctx, fold, entry) =>
        entry.event.type === 'end' && entry.event.state === 'canceled' ? hit([]) : impl.encode(ctx, fold, entry),
    }),
  }),
];
