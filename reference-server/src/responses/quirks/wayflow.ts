import type { ResponsesImpl } from '../context.ts';
import { newId } from '../items.ts';
import { invalid } from '../responses-error.ts';
import {
  answers,
  but,
  endedResponses,
  events,
  operation,
  renumbered,
  responses,
  responsesQuirk,
} from './responses-quirk.ts';

/** What WayFlow's own server does wrong, by its own rules. */
export const wayflowQuirks = [
  responsesQuirk('responses.wayflow.streams-another-id', {
    breaks: 'WF-SSE-002',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'response.completed'
          ? hit([
              but(event, {
                response: {
                  ...event.response,
                  output: event.response.output.map((item) => ({ ...item, id: newId('other') })),
                },
              }),
            ])
          : [event],
      ),
  }),
  responsesQuirk('responses.wayflow.fails-after-the-head', {
    breaks: 'WF-SSE-003',
    make: (impl, hit) =>
      operation(impl, 'createResponse', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          if (!request.body.includes('"stream":true')) throw error;
          return hit({ status: 200, headers: impl.streamHeaders(ctx), body: '' });
        }),
      ),
  }),

  // Models
  responsesQuirk('responses.wayflow.models-are-nobodys', {
    breaks: 'WF-MODEL-001',
    make: (impl, hit) =>
      answers(impl, 'listModels', (value: { data: object[] }) =>
        hit({ ...value, data: value.data.map((one) => ({ ...one, owned_by: undefined })) }),
      ),
  }),
  responsesQuirk('responses.wayflow.models-have-no-limit', {
    breaks: 'WF-MODEL-002',
    make: (impl, hit) =>
      listing(impl, (query) => query.get('limit') !== null && query.get('limit') !== '0', { limit: '' }, hit),
  }),
  responsesQuirk('responses.wayflow.models-begin-anew', {
    breaks: 'WF-MODEL-003',
    make: (impl, hit) => listing(impl, (query) => query.has('after'), { after: '' }, hit),
  }),
  responsesQuirk('responses.wayflow.no-models-are-all', {
    breaks: 'WF-MODEL-004',
    make: (impl, hit) =>
      answers(impl, 'listModels', (value: { data: object[] }) =>
        value.data.length === 0 ? hit({ ...value, has_more: false }) : value,
      ),
  }),
  responsesQuirk('responses.wayflow.takes-any-order', {
    breaks: 'WF-MODEL-005',
    make: (impl, hit) => listing(impl, (query) => query.has('order'), { order: 'desc' }, hit),
  }),
  // Responses
  responsesQuirk('responses.wayflow.has-no-conversation', {
    breaks: 'WF-RESP-001',
    make: (impl, hit) => responses(impl, (response) => hit({ ...response, conversation: null })),
  }),
  responsesQuirk('responses.wayflow.takes-any-agent', {
    breaks: 'WF-RESP-002',
    make: (impl, hit) => ({
      modelOf(ctx, id) {
        try {
          return impl.modelOf(ctx, id);
        } catch {
          return hit({});
        }
      },
    }),
  }),
  responsesQuirk('responses.wayflow.unsupported-is-a-400', {
    breaks: 'WF-RESP-003',
    make: (impl, hit) => checking(impl, 501, hit),
  }),
  responsesQuirk('responses.wayflow.invalid-is-a-400', {
    breaks: 'WF-RESP-004',
    make: (impl, hit) => checking(impl, 422, hit),
  }),
  responsesQuirk('responses.wayflow.instructions-are-a-400', {
    breaks: 'WF-RESP-005',
    make: (impl, hit) => ({
      settle(ctx, request) {
        try {
          return impl.settle(ctx, request);
        } catch (error) {
          throw statusOf(error) === 406 ? hit(invalid((error as Error).message)) : error;
        }
      },
    }),
  }),
  responsesQuirk('responses.wayflow.answers-in-two-parts', {
    breaks: 'WF-RESP-006',
    make: (impl, hit) =>
      endedResponses(impl, (response) =>
        hit({
          ...response,
          output: response.output.map((item) =>
            item.type === 'message' ? { ...item, content: [...item.content, ...item.content] } : item,
          ),
        }),
      ),
  }),
  responsesQuirk('responses.wayflow.ids-have-a-prefix', {
    breaks: 'WF-RESP-007',
    make: (_impl, hit) => ({ newResponseId: () => hit(newId('resp')) }),
  }),
  // State
  responsesQuirk('responses.wayflow.forgets-the-turn-before', {
    breaks: 'WF-STATE-001',
    make: (impl, hit) => ({
      pastOf: (ctx, call, request) =>
        request.previous_response_id == null ? impl.pastOf(ctx, call, request) : hit(Promise.resolve([])),
    }),
  }),
  responsesQuirk('responses.wayflow.conversation-is-not-read', {
    breaks: 'WF-STATE-002',
    make: (impl, hit) => ({
      pastOf: (ctx, call, request) =>
        request.previous_response_id == null && request.conversation != null
          ? hit(Promise.resolve([]))
          : impl.pastOf(ctx, call, request),
    }),
  }),
  responsesQuirk('responses.wayflow.has-no-forks', {
    breaks: 'WF-STATE-003',
    also: [{ id: 'WF-STATE-004', why: 'it goes on from the last turn there, too' }],
    make: (impl, hit) => ({
      async pastOf(ctx, call, request) {
        const run = await ctx.store.runs.get(request.previous_response_id ?? '');
        if (!run?.contextId) return impl.pastOf(ctx, call, request);
        return hit(impl.pastOf(ctx, call, { ...request, previous_response_id: null, conversation: run.contextId }));
      },
    }),
  }),
  responsesQuirk('responses.wayflow.conversation-wins', {
    breaks: 'WF-STATE-004',
    make: (impl, hit) => ({
      pastOf: (ctx, call, request) =>
        request.previous_response_id != null && request.conversation != null
          ? hit(impl.pastOf(ctx, call, { ...request, previous_response_id: null }))
          : impl.pastOf(ctx, call, request),
    }),
  }),
  responsesQuirk('responses.wayflow.stores-everything', {
    breaks: 'WF-STATE-005',
    make: (_impl, hit) => ({ isStored: async () => hit(true) }),
  }),
  responsesQuirk('responses.wayflow.deletes-the-conversation', {
    breaks: 'WF-STATE-006',
    make(impl, hit) {
      const gone = new Set<string | undefined>();
      return {
        ...operation(impl, 'deleteResponse', async (ctx, call, request, own) => {
          const run = await ctx.store.runs.get(request.params['response_id']!);
          if (run?.contextId) hit(gone.add(run.contextId));
          return own(ctx, call, request);
        }),
        isStored: async (ctx, run) => !gone.has(run.contextId) && impl.isStored(ctx, run),
      };
    },
  }),
  responsesQuirk('responses.wayflow.unknown-turn-is-a-400', {
    breaks: 'WF-STATE-007',
    make: (impl, hit) => ({ unknownPrevious: (ctx, id) => hit(invalid(impl.unknownPrevious(ctx, id).message)) }),
  }),
  // Tools
  responsesQuirk('responses.wayflow.arguments-are-no-json', {
    breaks: 'WF-TOOL-001',
    make: (impl, hit) =>
      responses(impl, (response) => ({
        ...response,
        output: response.output.map((item) =>
          item.type === 'function_call' ? hit({ ...item, arguments: 'city=Bern' }) : item,
        ),
      })),
  }),
  responsesQuirk('responses.wayflow.takes-no-outputs', {
    breaks: 'WF-TOOL-002',
    make: (impl, hit) => ({
      newItems(ctx, past, items) {
        if (items.some(({ type }) => type === 'function_call_output'))
          throw hit(invalid('no outputs', { status: 422 }));
        return impl.newItems(ctx, past, items);
      },
    }),
  }),
  // Streams
  responsesQuirk('responses.wayflow.is-never-done', {
    breaks: 'WF-SSE-001',
    make: (_impl, hit) => ({ endsWithDone: () => hit(false) }),
  }),
  responsesQuirk('responses.wayflow.says-that-it-is-in-progress', {
    breaks: 'WF-SSE-004',
    make: (impl, hit) =>
      renumbered(
        impl,
        () => (event) =>
          event.type === 'response.created' ? hit([event, but(event, { type: 'response.in_progress' })]) : [event],
      ),
  }),
  responsesQuirk('responses.wayflow.loses-a-delta', {
    breaks: 'WF-SSE-005',
    make: (impl, hit) =>
      renumbered(
        impl,
        () => (event) =>
          event.type === 'response.output_text.delta' && event.delta.includes('trip') ? hit([]) : [event],
      ),
  }),
  responsesQuirk('responses.wayflow.names-its-events', {
    breaks: 'WF-SSE-006',
    make: (impl, hit) => ({ sseEvent: (ctx, event) => hit({ ...impl.sseEvent(ctx, event), event: event.type }) }),
  }),
  // By id
  responsesQuirk('responses.wayflow.gets-no-output', {
    breaks: 'WF-GET-001',
    make: (impl, hit) => answers(impl, 'retrieveResponse', (value: object) => hit({ ...value, output: [] })),
  }),
  responsesQuirk('responses.wayflow.gets-without-a-stream', {
    breaks: 'WF-GET-002',
    make: (impl, hit) =>
      operation(impl, 'retrieveResponse', (ctx, call, request, own) =>
        own(ctx, call, request.query.size > 0 ? hit({ ...request, query: new URLSearchParams() }) : request),
      ),
  }),
  responsesQuirk('responses.wayflow.unknown-is-null', {
    breaks: 'WF-GET-003',
    make: (impl, hit) =>
      operation(impl, 'retrieveResponse', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          if (statusOf(error) === 501) throw error;
          return hit({ status: 200, headers: impl.jsonHeaders(ctx), body: 'null' });
        }),
      ),
  }),
  responsesQuirk('responses.wayflow.says-what-it-deleted', {
    breaks: 'WF-DEL-001',
    make: (impl, hit) => answers(impl, 'deleteResponse', () => hit({ deleted: true })),
  }),
  responsesQuirk('responses.wayflow.cannot-find-what-to-cancel', {
    breaks: 'WF-CANCEL-001',
    make: (impl, hit) =>
      operation(impl, 'cancelResponse', () => Promise.reject(hit(invalid('Response not found', { status: 404 })))),
  }),
  // Access
  responsesQuirk('responses.wayflow.lets-anybody-in', {
    breaks: 'WF-AUTH-001',
    make: (impl, hit) => ({
      authenticate(ctx, headers) {
        try {
          return impl.authenticate(ctx, headers);
        } catch {
          return hit('anybody');
        }
      },
    }),
  }),
];

type Hit = <T>(value: T) => T;

const statusOf = (error: unknown): unknown => (error as { status?: unknown }).status;

/** A list of models that was asked for otherwise; an empty text takes a parameter away. */
function listing(
  impl: ResponsesImpl,
  when: (query: URLSearchParams) => boolean,
  other: Record<string, string>,
  hit: Hit,
): Pick<ResponsesImpl, 'operations'> {
  return operation(impl, 'listModels', (ctx, call, request, own) => {
    if (!when(request.query)) return own(ctx, call, request);
    const query = new URLSearchParams(request.query);
    for (const [name, value] of Object.entries(other)) {
      if (value === '') query.delete(name);
      else query.set(name, value);
    }
    return hit(own(ctx, call, { ...request, query }));
  });
}

/** What is refused with one status is a 400. */
function checking(impl: ResponsesImpl, status: number, hit: Hit): Pick<ResponsesImpl, 'checkCreate'> {
  return {
    checkCreate(ctx, value) {
      try {
        return impl.checkCreate(ctx, value);
      } catch (error) {
        throw statusOf(error) === status ? hit(invalid((error as Error).message)) : error;
      }
    },
  };
}
