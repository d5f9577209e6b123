import type { ListTasksRequest, ListTasksResponse } from '@agentproto/protocol/a2a/1.0';
import type { A2AImpl } from '../context.ts';
import { A2AError, invalidParams } from '../a2a-error.ts';
import { a2aQuirk, instead } from './a2a-quirk.ts';

/** Lists with what is asked for changed, or what is answered. */
const lists = (
  impl: A2AImpl,
  {
    asked = (request) => request,
    answered = (list) => list,
  }: {
    asked?: (request: ListTasksRequest) => ListTasksRequest;
    answered?: (list: ListTasksResponse, request: ListTasksRequest) => ListTasksResponse;
  },
): Pick<A2AImpl, 'ListTasks'> => ({
  ListTasks: async (ctx, call, request) => answered(await impl.ListTasks(ctx, call, asked(request)), request),
});

/** A request without some of its members. */
function without(request: ListTasksRequest, ...members: (keyof ListTasksRequest)[]): ListTasksRequest {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !members.some((one) => one === name)));
}

/** Takes what the schema refuses of this member. */
const takes = (
  impl: A2AImpl,
  member: string,
  hit: <T>(value: T) => T,
  picks: (value: unknown) => boolean = () => true,
): Pick<A2AImpl, 'validate'> => ({
  validate(ctx, name, value, binding) {
    const violations = impl.validate(ctx, name, value, binding);
    if (name !== 'ListTasksRequest' || !picks((value as Record<string, unknown>)[member])) return violations;
    const rest = violations.filter(({ field }) => field !== member);
    return rest.length < violations.length ? hit(rest) : violations;
  },
});

export const listQuirks = [
  a2aQuirk('a2a.list.skips-one-between-pages', {
    breaks: 'A2A10-LIST-002',
    make: (impl, hit) =>
      lists(impl, {
        answered: (list, { pageToken }) => (pageToken ? hit({ ...list, tasks: list.tasks.slice(1) }) : list),
      }),
  }),
  a2aQuirk('a2a.list.oldest-first', {
    breaks: 'A2A10-LIST-003',
    make: (impl, hit) => lists(impl, { answered: (list) => hit({ ...list, tasks: list.tasks.toReversed() }) }),
  }),
  a2aQuirk('a2a.list.one-page-too-many', {
    breaks: 'A2A10-LIST-004',
    make: (impl, hit) => ({
      async ListTasks(ctx, call, request) {
        if (request.pageToken === 'over')
          return { tasks: [], nextPageToken: '', pageSize: request.pageSize ?? 50, totalSize: 0 };
        const list = await impl.ListTasks(ctx, call, request);
        return list.nextPageToken === '' ? hit({ ...list, nextPageToken: 'over' }) : list;
      },
    }),
  }),
  a2aQuirk('a2a.list.empty-artifacts', {
    breaks: 'A2A10-LIST-005',
    make: (impl, hit) =>
      lists(impl, {
        answered: (list, { includeArtifacts }) =>
          includeArtifacts ? list : hit({ ...list, tasks: list.tasks.map((task) => ({ ...task, artifacts: [] })) }),
      }),
  }),
  a2aQuirk('a2a.list.never-artifacts', {
    breaks: 'A2A10-LIST-006',
    make: (impl, hit) =>
      lists(impl, {
        asked: (request) => (request.includeArtifacts ? hit(without(request, 'includeArtifacts')) : request),
      }),
  }),
  a2aQuirk('a2a.list.ignores-the-page-size', {
    breaks: 'A2A10-LIST-008',
    make: (impl, hit) =>
      lists(impl, { asked: (request) => (request.pageSize ? hit(without(request, 'pageSize')) : request) }),
  }),
  a2aQuirk('a2a.list.takes-any-page-size', {
    breaks: 'A2A10-LIST-009',
    make: (impl, hit) => ({
      ...takes(impl, 'pageSize', hit),
      ...lists(impl, {
        asked: (request) => ((request.pageSize ?? 1) < 1 ? without(request, 'pageSize') : request),
      }),
    }),
  }),
  a2aQuirk('a2a.list.ignores-the-context', {
    breaks: 'A2A10-LIST-010',
    make: (impl, hit) =>
      lists(impl, { asked: (request) => (request.contextId ? hit(without(request, 'contextId')) : request) }),
  }),
  a2aQuirk('a2a.list.ignores-the-status', {
    breaks: 'A2A10-LIST-011',
    make: (impl, hit) =>
      lists(impl, { asked: (request) => (request.status ? hit(without(request, 'status')) : request) }),
  }),
  a2aQuirk('a2a.list.takes-any-status', {
    breaks: 'A2A10-LIST-012',
    make: (impl, hit) => ({
      ...takes(impl, 'status', hit),
      ...lists(impl, {
        asked: (request) => (request.status?.startsWith('TASK_STATE_D') ? without(request, 'status') : request),
      }),
    }),
  }),
  a2aQuirk('a2a.list.after-is-later', {
    breaks: 'A2A10-LIST-013',
    make: (impl, hit) =>
      lists(impl, {
        answered(list, { statusTimestampAfter: at }) {
          const tasks = list.tasks.filter(({ status }) => status.timestamp !== at);
          return tasks.length < list.tasks.length ? hit({ ...list, tasks }) : list;
        },
      }),
  }),
  a2aQuirk('a2a.list.total-is-none', {
    breaks: 'A2A10-LIST-014',
    make: (impl, hit) => lists(impl, { answered: (list) => hit({ ...list, totalSize: 0 }) }),
  }),
  a2aQuirk('a2a.list.bad-token-crashes', {
    breaks: 'A2A10-LIST-015',
    make: (impl, hit) => ({
      ListTasks: (ctx, call, request) =>
        request.pageToken
          ? instead(() => impl.ListTasks(ctx, call, request), 'InvalidParamsError', hit, 'InternalError')
          : impl.ListTasks(ctx, call, request),
    }),
  }),
  a2aQuirk('a2a.list.wants-a-filter', {
    breaks: 'A2A10-LIST-016',
    make: (impl, hit) => ({
      ListTasks(ctx, call, request) {
        if (call.binding === 'JSONRPC' && Object.keys(request).length === 0)
          throw hit(new A2AError('InvalidParamsError', 'Say what you want to see.'));
        return impl.ListTasks(ctx, call, request);
      },
    }),
  }),
  a2aQuirk('a2a.list.pages-by-offset', {
    breaks: 'A2A10-LIST-017',
    make: (impl, hit) => ({
      async ListTasks(ctx, call, request) {
        const { pageSize = 50, pageToken = 'offset-0' } = request;
        const [, from] = /^offset-(\d+)$/.exec(pageToken) ?? [];
        if (from === undefined || pageSize > 20) return impl.ListTasks(ctx, call, request);
        const end = Number(from) + pageSize;
        const list = await impl.ListTasks(ctx, call, { ...without(request, 'pageToken'), pageSize: end });
        const isLast = list.nextPageToken === '';
        const tasks = list.tasks.slice(Number(from));
        return hit({ ...list, tasks, pageSize, nextPageToken: isLast ? '' : `offset-${end}` });
      },
    }),
  }),
  a2aQuirk('a2a.list.wants-fractions', {
    breaks: 'A2A10-LIST-019',
    make: (impl, hit) => ({
      ListTasks(ctx, call, request) {
        if (request.statusTimestampAfter && !request.statusTimestampAfter.includes('.'))
          throw hit(invalidParams([{ field: 'statusTimestampAfter', description: 'expected milliseconds' }]));
        return impl.ListTasks(ctx, call, request);
      },
    }),
  }),
  a2aQuirk('a2a.list.counts-its-readers', {
    breaks: 'A2A10-GET-006',
    make(impl, hit) {
      let reads = 0;
      return lists(impl, {
        answered: (list) =>
          hit({ ...list, tasks: list.tasks.map((task) => ({ ...task, metadata: { reads: ++reads } })) }),
      });
    },
  }),
  a2aQuirk('a2a.list.whole-history', {
    breaks: 'A2A10-HIST-005',
    make: (impl, hit) =>
      lists(impl, {
        asked: (request) => (request.historyLength === undefined ? request : hit(without(request, 'historyLength'))),
      }),
  }),
  a2aQuirk('a2a.list.context-is-its-newest-task', {
    breaks: 'A2A10-CTX-006',
    make: (impl, hit) =>
      lists(impl, {
        answered(list, { contextId, ...rest }) {
          return contextId && Object.keys(rest).length === 0 && list.tasks.length > 1
            ? hit({ ...list, tasks: list.tasks.slice(0, 1) })
            : list;
        },
      }),
  }),
];
