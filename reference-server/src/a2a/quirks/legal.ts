import type { AgentEvent } from '@agentproto/script';
import { JSON_MEDIA_TYPE, SSE_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { HttpError } from '../../http-error.ts';
import { invalidParams } from '../a2a-error.ts';
import type { A2AImpl } from '../context.ts';
import { byteByByte } from '../../faults.ts';
import { a2aQuirk } from './a2a-quirk.ts';

/** What goes out as JSON, changed. */
const outgoing = (
  impl: A2AImpl,
  change: (value: unknown) => unknown,
): Pick<A2AImpl, 'rpcResult' | 'restResult' | 'restEvent' | 'card'> => ({
  rpcResult: (...args) => change(impl.rpcResult(...args)) as object,
  restResult: (...args) => change(impl.restResult(...args)),
  restEvent: (...args) => change(impl.restEvent(...args)),
  card: (ctx) => change(impl.card(ctx)) as ReturnType<A2AImpl['card']>,
});

/** Applies `change` to every object, but not inside what is the user's own. */
function everywhere(value: unknown, change: (members: [string, unknown][]) => [string, unknown][]): unknown {
  if (Array.isArray(value)) return value.map((element) => everywhere(element, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    change(
      Object.entries(value).map(([key, member]) => [
        key,
        key === 'data' || key === 'metadata' ? member : everywhere(member, change),
      ]),
    ),
  );
}

/** Unusual and allowed: no check may call any of these a fault. */
export const legalOddities = [
  a2aQuirk('a2a.legal.crlf', {
    breaks: null,
    says: 'Lines of a stream end with CRLF.',
    make: (impl, hit) => ({
      chunks: (ctx, frame) => hit(impl.chunks(ctx, frame.replaceAll('\n', '\r\n'))),
      keepAliveText: (ctx) => impl.keepAliveText(ctx).replaceAll('\n', '\r\n'),
    }),
  }),
  a2aQuirk('a2a.legal.comments', {
    breaks: null,
    says: 'Comments stand between the events of a stream.',
    make: (impl, hit) => ({ chunks: (ctx, frame) => hit([': a remark\n\n', ...impl.chunks(ctx, frame), ':\n']) }),
  }),
  a2aQuirk('a2a.legal.one-byte-a-chunk', {
    breaks: null,
    says: 'Streams come byte by byte.',
    make: (_impl, hit) => ({
      chunks: (_ctx, frame) => hit(byteByByte(frame)),
    }),
  }),
  a2aQuirk('a2a.legal.data-on-several-lines', {
    breaks: null,
    says: 'The data of an event is spread over several lines.',
    make: (impl, hit) => ({
      frameText: (ctx, event) =>
        impl.frameText(ctx, hit({ ...event, data: JSON.stringify(JSON.parse(event.data), null, 1) })),
    }),
  }),
  a2aQuirk('a2a.legal.no-space-after-the-colon', {
    breaks: null,
    says: 'No space follows the colon in the lines of a stream.',
    make: (impl, hit) => ({
      frameText: (ctx, event) => hit(impl.frameText(ctx, event).replaceAll(/^(\w+): /gm, '$1:')),
    }),
  }),
  a2aQuirk('a2a.legal.no-event-ids', {
    breaks: null,
    says: 'The events of a stream have no ids.',
    make: (impl, hit) => ({ frameText: (ctx, { data }) => hit(impl.frameText(ctx, { data })) }),
  }),
  a2aQuirk('a2a.legal.named-events', {
    breaks: null,
    says: 'The events of a stream have a name.',
    make: (impl, hit) => ({
      frameText: (ctx, event) => impl.frameText(ctx, hit({ ...event, event: 'message', retry: 3_000 })),
    }),
  }),
  a2aQuirk('a2a.legal.unknown-members', {
    breaks: null,
    says: 'Objects have members that no specification knows.',
    make: (impl, hit) =>
      outgoing(impl, (value) =>
        hit(
          everywhere(value, (members) =>
            members.some(([key]) => key === 'jsonrpc') ? members : [...members, ['vendorNote', 1]],
          ),
        ),
      ),
  }),
  a2aQuirk('a2a.legal.members-in-reverse', {
    breaks: null,
    says: 'The members of objects come in reverse order.',
    make: (impl, hit) => outgoing(impl, (value) => hit(everywhere(value, (members) => members.reverse()))),
  }),
  a2aQuirk('a2a.legal.charset', {
    breaks: null,
    says: 'Content types name their charset.',
    make: (impl, hit) => ({
      rpcHeaders: (ctx) => hit({ ...impl.rpcHeaders(ctx), 'content-type': `${JSON_MEDIA_TYPE}; charset=utf-8` }),
      streamHeaders: (ctx) => ({
        ...impl.streamHeaders(ctx),
        'content-type': `${SSE_MEDIA_TYPE.toUpperCase()}; charset=utf-8`,
      }),
    }),
  }),
  a2aQuirk('a2a.legal.pauses', {
    breaks: null,
    says: 'There are pauses between the events of a stream.',
    make: (impl, hit) => ({
      async *agentEvents(ctx, request, events): AsyncGenerator<AgentEvent> {
        for await (const event of impl.agentEvents(ctx, request, events)) {
          await hit(ctx.clock.sleep(15));
          yield event;
        }
      },
    }),
  }),
  a2aQuirk('a2a.legal.microseconds', {
    breaks: null,
    says: 'Timestamps have microseconds.',
    make: (impl, hit) => ({
      timestamp: (...args) => hit(impl.timestamp(...args).replace('Z', '123Z')),
      // Who asks with one that was shown means that very moment.
      taskQuery(ctx, call, { statusTimestampAfter: after, ...request }) {
        return impl.taskQuery(ctx, call, {
          ...request,
          ...(after && { statusTimestampAfter: after.replace('123Z', 'Z') }),
        });
      },
    }),
  }),
  a2aQuirk('a2a.legal.messages-without-a-context', {
    breaks: null,
    says: 'Direct messages name no context.',
    make: (impl, hit) => ({
      directMessage(...args) {
        const { contextId: _left, ...message } = impl.directMessage(...args);
        return hit(message);
      },
    }),
  }),
  a2aQuirk('a2a.legal.task-instead-of-a-message-at-once', {
    breaks: null,
    says: 'A send that does not wait is answered with a task, where a message could come.',
    make: (impl, hit) => ({
      async awaitAnswer(ctx, call, turn, options) {
        const answer = await impl.awaitAnswer(ctx, call, turn, options);
        if ('task' in answer || !options.returnImmediately) return answer;
        return {
          task: hit({ id: turn.id, contextId: turn.contextId ?? '', status: { state: 'TASK_STATE_SUBMITTED' } }),
        };
      },
    }),
  }),
  a2aQuirk('a2a.legal.card-never-304', {
    breaks: null,
    says: 'The card is sent whole to clients that have it.',
    make: (impl, hit) => ({ isFresh: (...args) => (impl.isFresh(...args) ? hit(false) : false) }),
  }),
  a2aQuirk('a2a.legal.final', {
    breaks: null,
    says: 'Status updates say `final`, as those of 0.3 did.',
    make: (impl, hit) => ({
      encode: (...args) =>
        impl
          .encode(...args)
          .map((event) =>
            event.statusUpdate
              ? hit({ statusUpdate: { ...event.statusUpdate, final: false } as typeof event.statusUpdate })
              : event,
          ),
    }),
  }),
  a2aQuirk('a2a.legal.cancel-is-idempotent', {
    breaks: null,
    says: 'A canceled task can be canceled again.',
    make: (impl, hit) => ({
      async CancelTask(ctx, call, request) {
        const run = await impl.findTask(ctx, call, request.id);
        return run.state === 'canceled'
          ? hit(await impl.GetTask(ctx, call, request))
          : impl.CancelTask(ctx, call, request);
      },
    }),
  }),
  a2aQuirk('a2a.legal.keeps-no-history', {
    breaks: null,
    says: 'Tasks have no history.',
    make: (_impl, hit) => ({ recentHistory: () => hit([]) }),
  }),
  a2aQuirk('a2a.legal.closing-snapshot', {
    breaks: null,
    says: 'A stream ends with the whole task.',
    make: (impl, hit) => ({
      async *turnEvents(ctx, call, turn, historyLength) {
        let task = false;
        for await (const item of impl.turnEvents(ctx, call, turn, historyLength)) {
          task ||= 'event' in item && item.event.task !== undefined;
          yield item;
        }
        const run = task ? await impl.findTask(ctx, call, turn.id).catch(() => undefined) : undefined;
        const snapshot =
          run && !run.state.endsWith('-required') ? await impl.currentTask(ctx, run, { historyLength }) : undefined;
        if (snapshot) yield hit({ event: { task: snapshot } });
      },
    }),
  }),
  a2aQuirk('a2a.legal.localized-errors', {
    breaks: null,
    says: 'Errors carry a message in another language.',
    make: (impl, hit) => ({
      errorDetails: (ctx, error) =>
        hit([
          ...impl.errorDetails(ctx, error),
          { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'de', message: 'Das ging nicht.' },
        ]),
    }),
  }),
  a2aQuirk('a2a.legal.null-is-unset', {
    breaks: null,
    says: 'Members without a value are null.',
    make: (impl, hit) =>
      outgoing(impl, (value) =>
        hit(
          everywhere(value, (members) =>
            members.some(([key]) => key === 'status') && !members.some(([key]) => key === 'metadata')
              ? [...members, ['metadata', null]]
              : members,
          ),
        ),
      ),
  }),
  a2aQuirk('a2a.legal.subscribe-by-get', {
    breaks: null,
    says: 'Subscriptions over HTTP+JSON are taken by GET, and not by POST.',
    make: (impl, hit) => ({
      matchRoute(ctx, verb, path) {
        if (verb === 'POST' && path.endsWith(':subscribe'))
          throw hit(new HttpError('NOT_FOUND', `There is no POST ${path}.`));
        return impl.matchRoute(ctx, verb, path);
      },
    }),
  }),
  a2aQuirk('a2a.legal.tenant', {
    breaks: null,
    says: 'The card names a tenant, and calls without it are refused.',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        return hit({
          ...card,
          supportedInterfaces: card.supportedInterfaces.map((one) => ({ ...one, tenant: 'acme' })),
        });
      },
      readParams(ctx, method, given, binding) {
        const params = impl.readParams(ctx, method, given, binding);
        if (params.tenant !== 'acme') throw invalidParams([{ field: 'tenant', description: 'expected acme' }]);
        return params;
      },
    }),
  }),
  a2aQuirk('a2a.legal.card-of-more-worlds', {
    breaks: null,
    says: 'The card also lists interfaces of other bindings, and members of 0.3.',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        const others = [
          { url: 'grpc.example.com:443', protocolBinding: 'GRPC', protocolVersion: '1.0' },
          {
            url: 'wss://example.com/a2a',
            protocolBinding: 'https://example.com/bindings/websocket',
            protocolVersion: '1.0',
          },
        ];
        // Members of 0.3 beside those of 1.0.
        return hit({
          ...card,
          supportedInterfaces: [...others, ...card.supportedInterfaces],
          protocolVersion: '1.0',
          security: [{ api_key: [] }],
        });
      },
    }),
  }),
];
