import { isFinished } from '../../store/run-event.ts';
import { A2AError, internalError, invalidParams } from '../a2a-error.ts';
import type { PushConfig } from '../call.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk, instead } from './a2a-quirk.ts';

type Owned = 'Get' | 'List' | 'Delete' | 'Create';

/** Whoever asks for a configuration is taken for the owner of its task. */
const asOwner = (impl: A2AImpl, hit: () => void, operations: readonly Owned[]): Partial<A2AImpl> => {
  const owned = <Name extends keyof A2AImpl>(name: Name, of: (request: never) => string) => ({
    [name]: async (...[ctx, call, request]: Parameters<A2AImpl['GetTaskPushNotificationConfig']>) => {
      const run = await ctx.store.runs.get(of(request as never));
      const isForeign = run !== undefined && run.owner !== call.owner;
      if (isForeign) hit();
      const operation = impl[name] as (...args: unknown[]) => unknown;
      return operation(ctx, isForeign ? { ...call, owner: run.owner } : call, request);
    },
  });
  const taskOf = ({ taskId }: { taskId: string }) => taskId;
  return Object.assign(
    {},
    ...operations.map((one) =>
      owned(
        one === 'List' ? 'ListTaskPushNotificationConfigs' : (`${one}TaskPushNotificationConfig` as keyof A2AImpl),
        taskOf as never,
      ),
    ),
  ) as Partial<A2AImpl>;
};

export const pushQuirks = [
  a2aQuirk('a2a.push.create-without-id', {
    breaks: 'A2A10-PUSH-001',
    make: (impl, hit) => ({
      async CreateTaskPushNotificationConfig(...args) {
        const { id: _left, ...config } = await impl.CreateTaskPushNotificationConfig(...args);
        return hit(config);
      },
    }),
  }),
  a2aQuirk('a2a.push.nested-as-in-0.3', {
    breaks: 'A2A10-PUSH-001',
    also: [{ id: 'A2A10-DM-005', why: 'the flat url is a required member', same: true }],
    make: (impl, hit) => ({
      async CreateTaskPushNotificationConfig(...args) {
        const { taskId, ...pushNotificationConfig } = await impl.CreateTaskPushNotificationConfig(...args);
        return hit({ taskId, pushNotificationConfig }) as never;
      },
    }),
  }),
  a2aQuirk('a2a.push.create-on-any-task', {
    breaks: 'A2A10-PUSH-002',
    make: (impl, hit) => ({
      async CreateTaskPushNotificationConfig(ctx, call, request) {
        try {
          return await impl.CreateTaskPushNotificationConfig(ctx, call, request);
        } catch (error) {
          if (!(error instanceof A2AError) || error.error !== 'TaskNotFoundError') throw error;
          if (await ctx.store.runs.get(request.taskId ?? '')) throw error;
          return hit({ id: ctx.impl.newId(ctx), ...request });
        }
      },
    }),
  }),
  a2aQuirk('a2a.push.get-forgets-the-scheme', {
    breaks: 'A2A10-PUSH-003',
    make: (impl, hit) => ({
      async GetTaskPushNotificationConfig(...args) {
        const { authentication, ...config } = await impl.GetTaskPushNotificationConfig(...args);
        return authentication ? hit(config) : config;
      },
    }),
  }),
  a2aQuirk('a2a.push.missing-is-empty', {
    breaks: 'A2A10-PUSH-004',
    also: [{ id: 'A2A10-PUSH-008', why: 'what is deleted is missing' }],
    make: (impl, hit) => ({
      async GetTaskPushNotificationConfig(ctx, call, request) {
        await impl.findTask(ctx, call, request.taskId);
        try {
          return await impl.GetTaskPushNotificationConfig(ctx, call, request);
        } catch {
          return hit({ ...request, url: 'https://nowhere.example' });
        }
      },
    }),
  }),
  a2aQuirk('a2a.push.missing-is-bad-input', {
    breaks: 'A2A10-PUSH-004',
    make: (impl, hit) => ({
      GetTaskPushNotificationConfig: (...args) =>
        instead(() => impl.GetTaskPushNotificationConfig(...args), 'TaskNotFoundError', hit, 'InvalidParamsError'),
    }),
  }),
  a2aQuirk('a2a.push.list-has-the-first-only', {
    breaks: 'A2A10-PUSH-005',
    make: (impl, hit) => ({
      async ListTaskPushNotificationConfigs(...args) {
        const answer = await impl.ListTaskPushNotificationConfigs(...args);
        return (answer.configs?.length ?? 0) > 1 ? hit({ ...answer, configs: answer.configs!.slice(0, 1) }) : answer;
      },
    }),
  }),
  a2aQuirk('a2a.push.list-is-bare', {
    breaks: 'A2A10-PUSH-005',
    also: [{ id: 'A2A10-DM-005', why: 'a list is no message', same: true }],
    make: (impl, hit) => ({
      ListTaskPushNotificationConfigs: async (...args) =>
        hit((await impl.ListTaskPushNotificationConfigs(...args)).configs) as never,
    }),
  }),
  a2aQuirk('a2a.push.list-is-not-made', {
    breaks: 'A2A10-PUSH-005',
    make: (_impl, hit) => ({
      ListTaskPushNotificationConfigs: async () => {
        throw hit(internalError());
      },
    }),
  }),
  a2aQuirk('a2a.push.list-has-no-pages', {
    breaks: 'A2A10-PUSH-006',
    make: (impl, hit) => ({
      ListTaskPushNotificationConfigs: (ctx, call, { pageSize, pageToken: _left, ...request }) =>
        impl.ListTaskPushNotificationConfigs(ctx, call, pageSize ? hit(request) : request),
    }),
  }),
  a2aQuirk('a2a.push.unknown-task-has-none', {
    breaks: 'A2A10-PUSH-007',
    make: (impl, hit) => ({
      async ListTaskPushNotificationConfigs(ctx, call, request) {
        const run = await ctx.store.runs.get(request.taskId);
        return run ? impl.ListTaskPushNotificationConfigs(ctx, call, request) : hit({ configs: [], nextPageToken: '' });
      },
    }),
  }),
  a2aQuirk('a2a.push.delete-keeps-it', {
    breaks: 'A2A10-PUSH-008',
    make: (_impl, hit) => ({ dropPushConfig: () => hit(Promise.resolve()) }),
  }),
  a2aQuirk('a2a.push.second-delete-fails', {
    breaks: 'A2A10-PUSH-009',
    make: (impl, hit) => ({
      async DeleteTaskPushNotificationConfig(ctx, call, request) {
        const run = await impl.findTask(ctx, call, request.taskId);
        const known = (await impl.pushConfigs(ctx, run)).some(({ id }) => id === request.id);
        if (!known) throw hit(new A2AError('TaskNotFoundError', `There is no configuration ${request.id}.`));
        return impl.DeleteTaskPushNotificationConfig(ctx, call, request);
      },
    }),
  }),
  a2aQuirk('a2a.push.delete-knows-no-task', {
    breaks: 'A2A10-PUSH-011',
    make: (impl, hit) => ({
      async DeleteTaskPushNotificationConfig(ctx, call, request) {
        const run = await ctx.store.runs.get(request.taskId);
        return run ? impl.DeleteTaskPushNotificationConfig(ctx, call, request) : hit({});
      },
    }),
  }),
  a2aQuirk('a2a.push.one-turn-only', {
    breaks: 'A2A10-PUSH-012',
    make: (impl, hit) => ({
      async beginTurn(ctx, call, request) {
        const { taskId } = request.message;
        const run = taskId ? await ctx.store.runs.get(taskId) : undefined;
        const turn = await impl.beginTurn(ctx, call, request);
        if (run && !isFinished(run.state))
          for (const { id } of await impl.pushConfigs(ctx, run)) await hit(impl.dropPushConfig(ctx, run, id));
        return turn;
      },
    }),
  }),
  a2aQuirk('a2a.push.any-url', {
    breaks: 'A2A10-PUSH-013',
    make: (impl, hit) => ({
      validate: (ctx, name, value, binding) =>
        impl.validate(ctx, name, value, binding).filter(({ field }) => !/(^|\.)url$/.test(field) || hit(false)),
      checkWebhook(ctx, config, at) {
        if (URL.canParse(config.url)) impl.checkWebhook(ctx, config, at);
      },
    }),
  }),
  a2aQuirk('a2a.push.shown-to-everybody', {
    breaks: 'A2A10-PUSH-014',
    make: (impl, hit) => asOwner(impl, hit, ['Get', 'List']),
  }),
  a2aQuirk('a2a.push.deleted-by-anybody', {
    breaks: 'A2A10-PUSH-014',
    make: (impl, hit) => asOwner(impl, hit, ['Delete']),
  }),
  a2aQuirk('a2a.push.made-by-anybody', {
    breaks: 'A2A10-PUSH-016',
    make: (impl, hit) => asOwner(impl, hit, ['Create']),
  }),
  a2aQuirk('a2a.push.any-address', {
    breaks: 'A2A10-PUSH-015',
    make: (impl, hit) => ({
      checkWebhook(ctx, config, at) {
        const host = URL.parse(config.url)?.hostname ?? '';
        return /^(10|172|192|169)\./.test(host) ? hit() : impl.checkWebhook(ctx, config, at);
      },
    }),
  }),
  a2aQuirk('a2a.push.inline-is-not-listed', {
    breaks: 'A2A10-PUSH-017',
    make(impl, hit) {
      const inline = new Set<string>();
      return {
        async beginTurn(ctx, call, request) {
          const given = request.configuration?.taskPushNotificationConfig;
          const id = given && (given.id || ctx.impl.newId(ctx));
          if (id) inline.add(id);
          const configuration = id
            ? { ...request.configuration, taskPushNotificationConfig: { ...given, id } }
            : request.configuration;
          return impl.beginTurn(ctx, call, { ...request, ...(configuration && { configuration }) });
        },
        async ListTaskPushNotificationConfigs(...args) {
          const { configs = [], ...rest } = await impl.ListTaskPushNotificationConfigs(...args);
          const left = configs.filter(({ id }) => !inline.has(id ?? ''));
          return left.length < configs.length ? hit({ ...rest, configs: left }) : { ...rest, configs };
        },
      };
    },
  }),
];

/** Servers that keep to the rules about webhooks in a way of their own. */
export const legalPush = [
  a2aQuirk('a2a.legal.push-hides-credentials', {
    breaks: null,
    says: 'A configuration that is read shows its scheme and not its credentials',
    make: (impl, hit) => {
      const hidden = ({ token: _token, ...config }: PushConfig): PushConfig =>
        config.authentication ? { ...config, authentication: { scheme: config.authentication.scheme } } : config;
      return {
        GetTaskPushNotificationConfig: async (...args) =>
          hit(hidden((await impl.GetTaskPushNotificationConfig(...args)) as PushConfig)),
      };
    },
  }),
  a2aQuirk('a2a.legal.push-one-per-task', {
    breaks: null,
    says: 'A task has one push configuration, under the id of the task; a second one takes its place',
    make: (impl, hit) => ({
      keepPushConfig: (ctx, run, given) => impl.keepPushConfig(ctx, run, hit({ ...given, id: run.id })),
    }),
  }),
  a2aQuirk('a2a.legal.push-guards-loopback', {
    breaks: null,
    says: 'Webhooks on loopback are refused, as 13.2 recommends',
    make: (impl, hit) => ({
      checkWebhook(ctx, config, at) {
        if (URL.parse(config.url)?.hostname !== '127.0.0.1') return impl.checkWebhook(ctx, config, at);
        const field = `${at}url`;
        throw hit(invalidParams([{ field, description: `${field}: expected a public address, got loopback` }]));
      },
    }),
  }),
];
