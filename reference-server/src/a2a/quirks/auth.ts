import { HttpError } from '../../http-error.ts';
import { A2AError } from '../a2a-error.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk } from './a2a-quirk.ts';

const isStranger = (error: unknown): error is HttpError =>
  error instanceof HttpError && error.code === 'UNAUTHENTICATED';

/** What is said of a caller's task whose webhooks another one asks for. */
const saysOfForeign = (impl: A2AImpl, error: () => Error): Pick<A2AImpl, 'ListTaskPushNotificationConfigs'> => ({
  async ListTaskPushNotificationConfigs(ctx, call, request) {
    const run = await ctx.store.runs.get(request.taskId);
    if (run && run.owner !== call.owner) throw error();
    return impl.ListTaskPushNotificationConfigs(ctx, call, request);
  },
});

export const strangersQuirks = [
  a2aQuirk('a2a.auth.lists-are-open', {
    breaks: 'A2A10-AUTH-001',
    make: (impl, hit) => ({
      async dispatch(ctx, operation) {
        try {
          return await impl.dispatch(ctx, operation);
        } catch (error) {
          if (!isStranger(error) || operation.method !== 'ListTasks') throw error;
          const open = { ...ctx, impl: { ...ctx.impl, authenticate: () => 'anonymous' } };
          return hit(await impl.dispatch(open, operation));
        }
      },
    }),
  }),
  a2aQuirk('a2a.auth.takes-any-key', {
    breaks: 'A2A10-AUTH-001',
    make: (impl, hit) => ({
      authenticate(ctx, headers) {
        try {
          return impl.authenticate(ctx, headers);
        } catch (error) {
          if (!isStranger(error) || !/^bearer /i.test(headers.authorization ?? '')) throw error;
          return hit('somebody');
        }
      },
    }),
  }),
  a2aQuirk('a2a.auth.no-challenge', {
    breaks: 'A2A10-AUTH-002',
    make: (impl, hit) => ({
      authenticate(ctx, headers) {
        try {
          return impl.authenticate(ctx, headers);
        } catch (error) {
          throw isStranger(error) ? hit(new HttpError('UNAUTHENTICATED', 'No.')) : error;
        }
      },
    }),
  }),
  a2aQuirk('a2a.auth.refusal-is-a-400', {
    breaks: 'A2A10-AUTH-010',
    make: (impl, hit) => ({
      authenticate(ctx, headers) {
        try {
          return impl.authenticate(ctx, headers);
        } catch (error) {
          throw isStranger(error) ? hit(new HttpError('BAD_REQUEST', error.message, error.headers)) : error;
        }
      },
    }),
  }),
  a2aQuirk('a2a.auth.foreign-is-a-crash', {
    breaks: 'A2A10-AUTH-003',
    make: (impl, hit) => saysOfForeign(impl, () => hit(new A2AError('InternalError', 'The task is not yours.'))),
  }),
  a2aQuirk('a2a.auth.tells-that-it-is-foreign', {
    breaks: 'A2A10-AUTH-004',
    make: (impl, hit) => saysOfForeign(impl, () => hit(new HttpError('FORBIDDEN', 'The task is of another caller.'))),
  }),
  a2aQuirk('a2a.auth.bearer-over-one-binding', {
    breaks: 'A2A10-AUTH-005',
    make: (impl, hit) => ({
      async dispatch(ctx, operation) {
        const { authorization, ...headers } = operation.request.headers;
        if (operation.binding === 'JSONRPC' || !authorization) return impl.dispatch(ctx, operation);
        ctx.impl.authenticate(ctx, hit(headers));
        return impl.dispatch(ctx, operation);
      },
    }),
  }),
  a2aQuirk('a2a.auth.asks-for-input', {
    breaks: 'A2A10-AUTH-006',
    make: (impl, hit) => ({
      taskView(...args) {
        const task = impl.taskView(...args);
        return task.status.state === 'TASK_STATE_AUTH_REQUIRED'
          ? hit({ ...task, status: { ...task.status, state: 'TASK_STATE_INPUT_REQUIRED' as const } })
          : task;
      },
    }),
  }),
  a2aQuirk('a2a.auth.keeps-the-stream-open', {
    breaks: 'A2A10-AUTH-008',
    make: (impl, hit) => ({
      endsStream: (ctx, entry) =>
        entry.event.type === 'end' && entry.event.state === 'auth-required' ? hit(false) : impl.endsStream(ctx, entry),
    }),
  }),
  a2aQuirk('a2a.auth.listens-to-nobody', {
    breaks: 'A2A10-AUTH-009',
    make: (impl, hit) => ({
      checkFollowUp(ctx, run, message) {
        if (run.state === 'auth-required')
          throw hit(
            new A2AError('UnsupportedOperationError', 'The task waits for a credential, and takes no messages.'),
          );
        impl.checkFollowUp(ctx, run, message);
      },
    }),
  }),
];

export const extendedCardQuirks = [
  a2aQuirk('a2a.capability.unconfigured-is-unsupported', {
    breaks: 'A2A10-CAP-004',
    make: (impl, hit) => ({
      async GetExtendedAgentCard(ctx, call) {
        if (await impl.extendedCard(ctx, call.owner)) return impl.GetExtendedAgentCard(ctx, call);
        throw hit(new A2AError('UnsupportedOperationError', 'There is no extended card.'));
      },
    }),
  }),
  a2aQuirk('a2a.extended-card.for-everybody', {
    breaks: 'A2A10-XCARD-001',
    make: (impl, hit) => ({
      async dispatch(ctx, operation) {
        if (operation.method !== 'GetExtendedAgentCard') return impl.dispatch(ctx, operation);
        const open = { ...ctx, impl: { ...ctx.impl, authenticate: () => 'anonymous' } };
        return hit(await impl.dispatch(open, operation));
      },
    }),
  }),
  a2aQuirk('a2a.extended-card.only-what-is-new', {
    breaks: 'A2A10-XCARD-002',
    also: [{ id: 'A2A10-DM-005', why: 'the extended card is a message of the model', same: true }],
    make: (impl, hit) => ({
      async GetExtendedAgentCard(ctx, call) {
        const { name, description, supportedInterfaces, skills } = await impl.GetExtendedAgentCard(ctx, call);
        // With what an earlier era cannot be written without.
        return hit({ name, description, supportedInterfaces, skills, capabilities: {} }) as never;
      },
    }),
  }),
  a2aQuirk('a2a.extended-card.without-caching', {
    breaks: 'A2A10-XCARD-003',
    make: (_impl, hit) => ({ extendedCardHeaders: () => hit({}) }),
  }),
  a2aQuirk('a2a.extended-card.wants-params', {
    breaks: 'A2A10-XCARD-004',
    make: (impl, hit) => ({
      async dispatch(ctx, operation) {
        if (operation.method === 'GetExtendedAgentCard' && operation.params === undefined)
          throw hit(new A2AError('InvalidParamsError', 'params are missing'));
        return impl.dispatch(ctx, operation);
      },
    }),
  }),
  a2aQuirk('a2a.extended-card.key-in-the-address', {
    breaks: 'A2A10-XCARD-005',
    make: (impl, hit) => ({
      async dispatch(ctx, operation) {
        const key = operation.request.query.get('access_token');
        if (!key) return impl.dispatch(ctx, operation);
        const headers = { ...operation.request.headers, authorization: `Bearer ${key}` };
        return hit(await impl.dispatch(ctx, { ...operation, request: { ...operation.request, headers } }));
      },
    }),
  }),
  a2aQuirk('a2a.extended-card.tells-what-is-inside', {
    breaks: 'A2A10-XCARD-006',
    make: (impl, hit) => ({
      async extendedCard(...args) {
        const card = await impl.extendedCard(...args);
        return card && hit({ ...card, description: 'Asks http://billing.internal:8080/v1 for prices.' });
      },
    }),
  }),
  a2aQuirk('a2a.extended-card.tells-its-key', {
    breaks: 'A2A10-XCARD-006',
    make: (impl, hit) => ({
      async extendedCard(...args) {
        const card = await impl.extendedCard(...args);
        const extensions = [{ uri: 'https://example.com/billing/v1', params: { apiKey: 'not-a-real-key' } }];
        return card && hit({ ...card, capabilities: { ...card.capabilities, extensions } });
      },
    }),
  }),
];
