import type { Task } from '@agentproto/protocol/a2a/1.0';
import type { Hit } from '../../quirk.ts';
import { HttpError } from '../../http-error.ts';
import { A2AError, invalidParams } from '../a2a-error.ts';
import type { StreamItem } from '../call.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk, streams } from './a2a-quirk.ts';
import { productQuirks } from './era-products.ts';

/** What breaks rows of the eras before 1.0 that 1.0 has no counterpart of. Written results are in the words of the era. */

type Fields = Record<string, unknown>;

/** The card as it is written, changed. */
const card = (impl: A2AImpl, change: (card: Fields) => object): Pick<A2AImpl, 'writeCard'> => ({
  writeCard: (...args) => change(impl.writeCard(...args) as Fields),
});

/** What GetTask writes over JSON-RPC, changed. */
const readTask = (impl: A2AImpl, change: (task: Fields) => object): Pick<A2AImpl, 'writeResult'> => ({
  writeResult(ctx, binding, method, result) {
    const written = impl.writeResult(ctx, binding, method, result);
    return method === 'GetTask' && binding === 'JSONRPC' ? change(written as Fields) : written;
  },
});

/** The last of a list, changed. */
const last = <T>(list: readonly T[], change: (one: T) => T): T[] => [
  ...list.slice(0, -1),
  ...list.slice(-1).map(change),
];

const webPage = (hit: Hit): Pick<A2AImpl, 'cardAnswer'> => ({
  cardAnswer: () =>
    hit({ status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Agent</title>' }),
});

const cards = [
  a2aQuirk('a2a.era.card-is-a-web-page', { breaks: 'A2A03-CARD-001', make: (_impl, hit) => webPage(hit) }),
  a2aQuirk('a2a.era.first-card-is-a-web-page', { breaks: 'A2A01-CARD-001', make: (_impl, hit) => webPage(hit) }),
  a2aQuirk('a2a.era.only-a-transport-of-its-own', {
    breaks: 'A2A03-TRANS-001',
    make: (impl, hit) =>
      card(impl, ({ additionalInterfaces: _left, ...rest }) =>
        hit({ ...rest, preferredTransport: 'https://example.com/transports/pigeon' }),
      ),
  }),
  a2aQuirk('a2a.era.no-preferred-transport', {
    breaks: 'A2A03-CARD-002',
    make: (impl, hit) => card(impl, ({ preferredTransport: _left, ...rest }) => hit(rest)),
  }),
  a2aQuirk('a2a.era.card-without-modes', {
    breaks: 'A2A03-CARD-007',
    make: (impl, hit) => card(impl, ({ defaultInputModes: _left, ...rest }) => hit(rest)),
  }),
  a2aQuirk('a2a.era.interfaces-without-the-main-one', {
    breaks: 'A2A03-CARD-008',
    make: (impl, hit) =>
      card(impl, (given) => {
        const { additionalInterfaces: all } = given;
        return Array.isArray(all) ? hit({ ...given, additionalInterfaces: all.slice(1) }) : given;
      }),
  }),
  a2aQuirk('a2a.era.first-card-tells-its-key', {
    breaks: 'A2A01-CARD-004',
    make: (impl, hit) =>
      card(impl, (given) => hit({ ...given, provider: { organization: 'Example', apiKey: 'not-a-real-key' } })),
  }),
  a2aQuirk('a2a.era.first-card-without-version', {
    breaks: 'A2A01-CARD-002',
    make: (impl, hit) => card(impl, ({ version: _left, ...rest }) => hit(rest)),
  }),
];

const bindings = [
  a2aQuirk('a2a.era.rest-of-another-type', {
    breaks: 'A2A03-TRANS-005',
    make: (impl, hit) => ({
      restHeaders: (...args) => hit({ ...impl.restHeaders(...args), 'content-type': 'application/x-json' }),
    }),
  }),
  a2aQuirk('a2a.era.rest-says-kind', {
    breaks: 'A2A03-TRANS-010',
    make: (impl, hit) => ({
      writeResult(ctx, binding, method, result) {
        const written = impl.writeResult(ctx, binding, method, result) as { task?: Fields };
        if (binding !== 'HTTP+JSON' || !written?.task) return written;
        return hit({ ...written, task: { ...written.task, kind: 'task' } });
      },
    }),
  }),
  a2aQuirk('a2a.era.error-without-a-message', {
    breaks: 'A2A03-RPC-002',
    make: (impl, hit) => ({
      rpcErrorObject(...args) {
        const { message: _left, ...rest } = impl.rpcErrorObject(...args);
        return hit(rest) as ReturnType<A2AImpl['rpcErrorObject']>;
      },
    }),
  }),
  a2aQuirk('a2a.era.rest-says-what-it-is-by-kind-alone', {
    breaks: 'A2A03-STREAM-017',
    make: (impl, hit) => ({
      writeEvent: (ctx, binding, event) =>
        binding === 'HTTP+JSON' ? hit(impl.writeEvent(ctx, 'JSONRPC', event)) : impl.writeEvent(ctx, binding, event),
      writeResult: (ctx, binding, method, result) =>
        impl.writeResult(ctx, method === 'SendMessage' ? 'JSONRPC' : binding, method, result),
    }),
  }),
  a2aQuirk('a2a.era.wants-output-modes', {
    breaks: 'A2A03-SEND-011',
    make: (impl, hit) => ({
      readParams(ctx, method, given, binding) {
        const { configuration } = (given ?? {}) as { configuration?: Fields };
        if (configuration && !('acceptedOutputModes' in configuration))
          throw hit(invalidParams([{ field: 'configuration.acceptedOutputModes', description: 'is required' }]));
        return impl.readParams(ctx, method, given, binding);
      },
    }),
  }),
];

const push = [
  a2aQuirk('a2a.era.delete-answers-an-object', {
    breaks: 'A2A03-PUSH-009',
    make: (impl, hit) => ({
      writeResult: (ctx, binding, method, result) =>
        method === 'DeleteTaskPushNotificationConfig' ? hit({}) : impl.writeResult(ctx, binding, method, result),
    }),
  }),
  a2aQuirk('a2a.era.webhook-without-token', {
    breaks: 'A2A03-PUSH-010',
    make: (impl, hit) => ({
      pushHeaders(...args) {
        const { 'x-a2a-notification-token': token, ...headers } = impl.pushHeaders(...args);
        return token === undefined ? headers : hit(headers);
      },
    }),
  }),
  a2aQuirk('a2a.era.configuration-is-the-body', {
    breaks: 'A2A03-PUSH-012',
    make: (impl, hit) => ({
      readRestRequest(ctx, request) {
        const body = impl.readRestRequest(ctx, request) as Fields;
        if (request.verb !== 'POST' || !request.path.endsWith('/pushNotificationConfigs')) return body;
        if (body['config'] !== undefined || body['pushNotificationConfig'] !== undefined)
          throw hit(invalidParams([{ field: 'url', description: 'url is required' }]));
        return { config: { pushNotificationConfig: body } };
      },
    }),
  }),
];

const model = [
  a2aQuirk('a2a.era.task-without-kind', {
    breaks: 'A2A03-DM-001',
    make: (impl, hit) => readTask(impl, ({ kind: _left, ...rest }) => hit(rest)),
  }),
  a2aQuirk('a2a.era.state-in-capitals', {
    breaks: 'A2A03-DM-002',
    make: (impl, hit) =>
      readTask(impl, (task) => {
        const status = task['status'] as Fields;
        return hit({ ...task, status: { ...status, state: String(status['state']).toUpperCase() } });
      }),
  }),
  a2aQuirk('a2a.era.time-as-a-number', {
    breaks: 'A2A03-DM-003',
    make: (impl, hit) => readTask(impl, (task) => hit(withStamp(task, String(Date.now())))),
  }),
  a2aQuirk('a2a.era.history-without-ids', {
    breaks: 'A2A03-DM-004',
    make: (impl, hit) =>
      readTask(impl, (task) => {
        const { history } = task;
        if (!Array.isArray(history) || history.length === 0) return task;
        return hit({ ...task, history: last(history as Fields[], ({ messageId: _left, ...rest }) => rest) });
      }),
  }),
  a2aQuirk('a2a.era.parts-without-type', {
    breaks: 'A2A01-DM-001',
    make: (impl, hit) =>
      readTask(impl, (task) =>
        hit({ ...task, history: lastParts(task, (parts) => parts.map(({ type: _left, ...rest }) => rest)) }),
      ),
  }),
  a2aQuirk('a2a.era.message-without-parts', {
    breaks: 'A2A01-DM-004',
    make: (impl, hit) => readTask(impl, (task) => hit({ ...task, history: lastParts(task, () => undefined) })),
  }),
  a2aQuirk('a2a.era.task-id-of-its-own', {
    breaks: 'A2A01-SEND-002',
    make: (impl, hit) => ({ newTaskId: (ctx) => hit(impl.newId(ctx)) }),
  }),
];

function withStamp(task: Fields, timestamp: string): Fields {
  return { ...task, status: { ...(task['status'] as Fields), timestamp } };
}

/** The history, with the parts of its last message changed; undefined leaves them out. */
function lastParts({ history }: Fields, change: (parts: Fields[]) => Fields[] | undefined): unknown {
  if (!Array.isArray(history)) return history;
  return last(history as Fields[], (message) => ({ ...message, parts: change(message['parts'] as Fields[]) }));
}

/** What 1.0 is broken by in another way, since it is said in other words there. */
const inOtherWords = [
  a2aQuirk('a2a.era.extended-card-for-everybody', {
    breaks: 'A2A03-XCARD-002',
    make: (impl, hit) => ({
      async dispatch(ctx, operation) {
        if (impl.operationOf(ctx, operation.binding, operation.method) !== 'GetExtendedAgentCard')
          return impl.dispatch(ctx, operation);
        const open = { ...ctx, impl: { ...ctx.impl, authenticate: () => 'anonymous' } };
        return hit(await impl.dispatch(open, operation));
      },
    }),
  }),
  ...(['A2A03-CAP-001', 'A2A01-CAP-001'] as const).map((breaks) =>
    a2aQuirk(`a2a.era.${breaks === 'A2A03-CAP-001' ? '' : 'first-'}push-though-undeclared`, {
      breaks,
      make: (impl, hit) => ({
        checkCapability: (ctx, method) =>
          method.includes('PushNotification') ? hit() : impl.checkCapability(ctx, method),
      }),
    }),
  ),
  a2aQuirk('a2a.era.card-of-nowhere', {
    breaks: 'A2A01-CARD-003',
    make: (impl, hit) => card(impl, (given) => hit({ ...given, url: 'http://127.0.0.1:9/' })),
  }),
  a2aQuirk('a2a.era.extended-card-though-undeclared', {
    breaks: 'A2A03-CAP-003',
    make: (impl, hit) => ({
      checkCapability: (ctx, method) => (method === 'GetExtendedAgentCard' ? hit() : impl.checkCapability(ctx, method)),
      GetExtendedAgentCard: async (ctx) => impl.card(ctx),
    }),
  }),
  a2aQuirk('a2a.era.crash-is-bad-input', {
    breaks: 'A2A03-ERR-002',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        if (!JSON.stringify(request.message).includes('{"throw":')) return impl.SendMessage(ctx, call, request);
        throw hit(invalidParams([{ field: 'message', description: 'message: the agent does not like it' }]));
      },
    }),
  }),
  ...(['A2A03-DM-005', 'A2A01-DM-005'] as const).map((breaks) =>
    a2aQuirk(`a2a.era.${breaks === 'A2A03-DM-005' ? '' : 'first-'}metadata-without-addresses`, {
      breaks,
      make: (impl, hit) => ({
        readParams(ctx, method, given, binding) {
          const { metadata } = (given as { message?: { metadata?: object } })?.message ?? {};
          if (metadata && Object.keys(metadata).some((name) => name.startsWith('https:')))
            throw hit(invalidParams([{ field: 'message.metadata', description: 'message.metadata: no addresses' }]));
          return impl.readParams(ctx, method, given, binding);
        },
      }),
    }),
  ),
  a2aQuirk('a2a.era.configuration-with-another-url', {
    breaks: 'A2A03-PUSH-001',
    make: (impl, hit) => ({
      CreateTaskPushNotificationConfig: async (...args) =>
        hit({ ...(await impl.CreateTaskPushNotificationConfig(...args)), url: 'https://example.com/elsewhere' }),
    }),
  }),
  a2aQuirk('a2a.era.failure-as-a-text', {
    breaks: 'A2A03-TRANS-006',
    make: (_impl, hit) => ({ writeRestError: () => hit('Something went wrong.') as never }),
  }),
  ...(['A2A03-NAME-001', 'A2A01-NAME-001'] as const).map((breaks) =>
    a2aQuirk(`a2a.era.${breaks === 'A2A03-NAME-001' ? '' : 'first-'}method-for-longer-ids`, {
      breaks,
      make: (impl, hit) => ({
        async dispatch(ctx, operation) {
          const { binding, method, params } = operation;
          const isShort = String((params as { id?: unknown } | undefined)?.id).length < 2;
          if (binding === 'JSONRPC' && isShort && impl.operationOf(ctx, binding, method) === 'CancelTask')
            throw hit(new A2AError('MethodNotFoundError', `Method not found: ${method}`));
          return impl.dispatch(ctx, operation);
        },
      }),
    }),
  ),
  a2aQuirk('a2a.era.rest-has-no-streams', {
    breaks: 'A2A03-TRANS-004',
    make: (impl, hit) => ({
      readParams(ctx, method, given, binding) {
        const isEmpty = (given as { message?: unknown } | undefined)?.message === undefined;
        if (binding === 'HTTP+JSON' && method === 'SendStreamingMessage' && isEmpty)
          throw hit(new A2AError('UnsupportedOperationError', 'Not over HTTP+JSON.'));
        return impl.readParams(ctx, method, given, binding);
      },
    }),
  }),
  a2aQuirk('a2a.era.rest-deletes-no-configuration', {
    breaks: 'A2A03-TRANS-003',
    make: (impl, hit) => ({
      DeleteTaskPushNotificationConfig(ctx, call, request) {
        if (call.binding !== 'HTTP+JSON') return impl.DeleteTaskPushNotificationConfig(ctx, call, request);
        throw hit(new HttpError('METHOD_NOT_ALLOWED', 'A configuration takes no DELETE.'));
      },
    }),
  }),
  a2aQuirk('a2a.era.rest-forgets-what-was-said-last', {
    breaks: 'A2A03-TRANS-007',
    make: (impl, hit) => ({
      writeResult(ctx, binding, method, result) {
        const written = impl.writeResult(ctx, binding, method, result) as { history?: unknown[] };
        if (binding !== 'HTTP+JSON' || method !== 'GetTask' || !written.history?.length) return written;
        return hit({ ...written, history: written.history.slice(0, -1) });
      },
    }),
  }),
  ...(['A2A03-STREAM-003', 'A2A01-STREAM-003'] as const).map((breaks) =>
    a2aQuirk(`a2a.era.${breaks === 'A2A03-STREAM-003' ? '' : 'first-'}events-of-json-rpc-1`, {
      breaks,
      make: (impl, hit) => ({
        rpcResult(ctx, id, result) {
          const message = impl.rpcResult(ctx, id, result);
          const { artifact } = (result ?? {}) as { artifact?: unknown };
          return artifact === undefined ? message : hit({ ...message, jsonrpc: '1.0' });
        },
      }),
    }),
  ),
  a2aQuirk('a2a.era.says-done-at-once', {
    breaks: 'A2A03-SEND-007',
    make: (impl, hit) => ({
      async awaitAnswer(ctx, call, turn, options) {
        const answer = await impl.awaitAnswer(ctx, call, turn, options);
        if (!options.returnImmediately || !answer.task) return answer;
        return hit({ task: { ...answer.task, status: { ...answer.task.status, state: 'TASK_STATE_COMPLETED' } } });
      },
    }),
  }),
  ...(['A2A03-SEND-001', 'A2A01-SEND-001'] as const).map((breaks) =>
    a2aQuirk(`a2a.era.${breaks === 'A2A03-SEND-001' ? '' : 'first-'}answer-says-nothing`, {
      breaks,
      make: (impl, hit) => ({
        writeResult: (ctx, binding, method, result) =>
          method === 'SendMessage' ? hit({ done: true }) : impl.writeResult(ctx, binding, method, result),
      }),
    }),
  ),
  a2aQuirk('a2a.era.one-id-for-all', {
    breaks: 'A2A03-SEND-005',
    also: [
      { id: 'A2A03-GET-001', why: 'nothing is found under the id' },
      { id: 'A2A03-GET-002', why: 'nothing is found under the id' },
    ],
    make: (impl, hit) => ({
      async awaitAnswer(...args) {
        const answer = await impl.awaitAnswer(...args);
        return answer.task ? { task: hit({ ...answer.task, id: 'task-1' }) } : answer;
      },
    }),
  }),
  a2aQuirk('a2a.era.first-updates-of-another-task', {
    breaks: 'A2A01-STREAM-007',
    make: (impl, hit) =>
      streams(impl, (event, index) =>
        event.statusUpdate && index > 0
          ? hit([{ statusUpdate: { ...event.statusUpdate, taskId: 'task-of-nobody' } }])
          : [event],
      ),
  }),
  a2aQuirk('a2a.era.ended-task-is-streamed', {
    breaks: 'A2A03-STREAM-009',
    make: (impl, hit) => ({
      async SendStreamingMessage(ctx, call, request) {
        try {
          return await impl.SendStreamingMessage(ctx, call, request);
        } catch (error) {
          if (!(error instanceof A2AError) || error.error !== 'UnsupportedOperationError') throw error;
          const task = await impl.GetTask(ctx, call, { id: request.message.taskId ?? '' });
          return hit(only(task));
        }
      },
    }),
  }),
];

async function* only(task: Task): AsyncGenerator<StreamItem> {
  yield { event: { task } };
}

export const eraQuirks = [...cards, ...bindings, ...push, ...model, ...productQuirks, ...inOtherWords];
