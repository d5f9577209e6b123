import { A2A_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk } from './a2a-quirk.ts';

/** What webhooks are told, changed one by one. */
const told = (
  impl: A2AImpl,
  change: (event: StreamResponse) => StreamResponse[] | Promise<StreamResponse[]>,
): Pick<A2AImpl, 'pushEvents'> => ({
  async *pushEvents(...args) {
    for await (const event of impl.pushEvents(...args)) yield* await change(event);
  },
});

export const deliveryQuirks = [
  a2aQuirk('a2a.delivery.calls-nobody', {
    breaks: 'A2A10-DELIV-001',
    make: (_impl, hit) => ({ feedWebhook: () => hit() }),
  }),
  a2aQuirk('a2a.delivery.without-credentials', {
    breaks: 'A2A10-DELIV-002',
    make: (impl, hit) => ({
      pushHeaders(...args) {
        const { authorization, ...headers } = impl.pushHeaders(...args);
        return authorization ? hit(headers) : headers;
      },
    }),
  }),
  a2aQuirk('a2a.delivery.credentials-without-scheme', {
    breaks: 'A2A10-DELIV-002',
    make: (impl, hit) => ({
      pushHeaders(ctx, config) {
        const credentials = config.authentication?.credentials;
        const headers = impl.pushHeaders(ctx, config);
        return credentials ? hit({ ...headers, authorization: credentials }) : headers;
      },
    }),
  }),
  a2aQuirk('a2a.delivery.bare-task', {
    breaks: 'A2A10-DELIV-003',
    make: (impl, hit) => ({
      async *pushEvents(ctx, run, ...rest) {
        for await (const event of impl.pushEvents(ctx, run, ...rest)) {
          const task = event.statusUpdate && (await impl.currentTask(ctx, run));
          yield task ? (hit(task) as never) : event;
        }
      },
    }),
  }),
  a2aQuirk('a2a.delivery.of-another-task', {
    breaks: 'A2A10-DELIV-003',
    make: (impl, hit) =>
      told(impl, (event) => {
        const { statusUpdate } = event;
        return statusUpdate ? [hit({ statusUpdate: { ...statusUpdate, taskId: 'another-task' } }), event] : [event];
      }),
  }),
  a2aQuirk('a2a.delivery.as-a-form', {
    breaks: 'A2A10-DELIV-004',
    make: (impl, hit) => ({
      pushHeaders: (...args) =>
        hit({ ...impl.pushHeaders(...args), 'content-type': 'application/x-www-form-urlencoded' }),
    }),
  }),
  a2aQuirk('a2a.delivery.as-the-binding-likes', {
    breaks: 'A2A10-DELIV-005',
    make(impl, hit) {
      const overRpc = new Set<string>();
      return {
        async CreateTaskPushNotificationConfig(ctx, call, request) {
          const config = await impl.CreateTaskPushNotificationConfig(ctx, call, request);
          if (call.binding === 'JSONRPC' && config.id) overRpc.add(config.id);
          return config;
        },
        feedWebhook: (ctx, run, config, ...rest) =>
          impl.feedWebhook(
            {
              ...ctx,
              impl: {
                ...ctx.impl,
                ...told(ctx.impl, (event) =>
                  overRpc.has(config.id) ? [hit({ ...event, jsonrpc: '2.0' }) as never] : [event],
                ),
              },
            },
            run,
            config,
            ...rest,
          ),
      };
    },
  }),
  a2aQuirk('a2a.delivery.gives-up-at-once', {
    breaks: 'A2A10-DELIV-006',
    make: (impl, hit) => ({
      feedWebhook: (ctx, run, config, ...rest) =>
        impl.feedWebhook(
          {
            ...ctx,
            webhooks: {
              ...ctx.webhooks,
              async deliver({ url, ...call }, signal) {
                await fetch(url, { ...call, method: 'POST', redirect: 'manual', signal }).catch(() => {});
                return hit('delivered');
              },
            },
          },
          run,
          config,
          ...rest,
        ),
    }),
  }),
  a2aQuirk('a2a.delivery.holds-up-the-task', {
    breaks: 'A2A10-DELIV-007',
    make: (impl, hit) => ({
      async GetTask(ctx, call, request) {
        const run = await impl.findTask(ctx, call, request.id);
        const task = await impl.GetTask(ctx, call, request);
        const hooks = await impl.pushConfigs(ctx, run);
        // As a server shows it that stores a task only once its webhooks have answered.
        return hooks.length > 0 && task.status.state === 'TASK_STATE_COMPLETED'
          ? hit({ ...task, status: { ...task.status, state: 'TASK_STATE_WORKING' as const } })
          : task;
      },
    }),
  }),
  a2aQuirk('a2a.delivery.first-webhook-only', {
    breaks: 'A2A10-DELIV-008',
    make: (impl, hit) => ({
      async CreateTaskPushNotificationConfig(ctx, call, request) {
        const run = await impl.findTask(ctx, call, request.taskId ?? '');
        const isSecond = (await impl.pushConfigs(ctx, run)).length > 0;
        const mute = { ...ctx, impl: { ...ctx.impl, feedWebhook: () => hit() } };
        return impl.CreateTaskPushNotificationConfig(isSecond ? mute : ctx, call, request);
      },
    }),
  }),
  a2aQuirk('a2a.delivery.after-the-end', {
    breaks: 'A2A10-DELIV-009',
    make: (impl, hit) => ({
      async *pushEvents(...args) {
        const all: StreamResponse[] = [];
        for await (const event of impl.pushEvents(...args)) all.push(event);
        const last = all.at(-1);
        yield* last ? hit([last, ...all.slice(0, -1), last]) : all;
      },
    }),
  }),
  a2aQuirk('a2a.delivery.to-the-deleted', {
    breaks: 'A2A10-PUSH-010',
    make: (impl, hit) => ({
      // It is out of the list, and what is under way goes on.
      async dropPushConfig(ctx, run, id) {
        const { stop, ...feeds } = ctx.webhooks.feeds;
        const deaf = { ...feeds, stop: () => hit() } as typeof ctx.webhooks.feeds;
        void stop;
        return impl.dropPushConfig({ ...ctx, webhooks: { ...ctx.webhooks, feeds: deaf } }, run, id);
      },
    }),
  }),
];

/** Webhook calls that are legal in another way. */
export const legalDelivery = [
  a2aQuirk('a2a.legal.delivery-as-json', {
    breaks: null,
    says: 'Webhook calls are application/json, as 1.0.0 had it',
    make: (impl, hit) => ({
      pushHeaders: (...args) => {
        const headers = impl.pushHeaders(...args);
        return headers['content-type'] === A2A_MEDIA_TYPE
          ? hit({ ...headers, 'content-type': 'application/json' })
          : headers;
      },
    }),
  }),
  a2aQuirk('a2a.legal.delivery-twice', {
    breaks: null,
    says: 'Every webhook call comes twice, which 4.3.3 tells receivers to expect',
    make: (impl, hit) => told(impl, (event) => hit([event, event])),
  }),
  a2aQuirk('a2a.legal.delivery-of-tasks', {
    breaks: null,
    says: 'Webhooks are told the whole task, at every change',
    make: (impl, hit) => ({
      async *pushEvents(ctx, run, ...rest) {
        for await (const event of impl.pushEvents(ctx, run, ...rest)) {
          const task = event.statusUpdate && (await impl.currentTask(ctx, run));
          yield task ? hit({ task: { ...task, status: event.statusUpdate!.status } }) : event;
        }
      },
    }),
  }),
];
