import type { ResponseResource } from '@agentproto/protocol/responses/openai';
import { invalid, ResponsesError } from '../responses-error.ts';
import {
  answers,
  but,
  endedResponses,
  events,
  odd,
  operation,
  renumbered,
  responses,
  responsesQuirk,
  shown,
} from './responses-quirk.ts';

export const extensionQuirks = [
  responsesQuirk('responses.ext.item-without-a-prefix', {
    breaks: 'RESP-EXT-001',
    make: (impl, hit) =>
      endedResponses(impl, (response) =>
        hit({
          ...response,
          output: [...response.output, { type: 'trace', id: `trace_${response.id}`, status: 'completed' }],
        }),
      ),
  }),
  responsesQuirk('responses.ext.event-without-a-prefix', {
    breaks: 'RESP-EXT-002',
    also: [{ id: 'RESP-STREAM-006', why: 'it is none of the known ones', same: true }],
    make: (impl, hit) =>
      renumbered(
        impl,
        () => (event) =>
          event.type === 'response.output_item.done'
            ? hit([event, odd({ type: 'keepalive', sequence_number: 0 })])
            : [event],
      ),
  }),
  responsesQuirk('responses.ext.event-without-a-number', {
    breaks: 'RESP-EXT-003',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type === 'response.in_progress' ? hit([event, odd({ type: 'acme:trace' })]) : [event],
      ),
  }),
  responsesQuirk('responses.ext.a-delta-has-a-prefix', {
    breaks: 'RESP-EXT-004',
    make: (impl, hit) =>
      shown(impl, () => {
        let deltas = 0;
        return (event) =>
          event.type === 'response.output_text.delta' && ++deltas === 2
            ? hit([but(event, { type: 'acme:output_text.delta' })])
            : [event];
      }),
  }),
  responsesQuirk('responses.ext.tool-without-a-prefix', {
    breaks: 'RESP-EXT-010',
    make: (impl, hit) =>
      responses(impl, (response) => hit({ ...response, tools: [...response.tools, { type: 'lookup' }] })),
  }),
  responsesQuirk('responses.ext.text-is-elsewhere', {
    breaks: 'RESP-EXT-007',
    make: (impl, hit) => ({
      response(ctx, fold) {
        const response = impl.response(ctx, fold);
        const { request, input } = fold.start;
        if (!fold.over || request.stream || request.previous_response_id || input.length > 1) return response;
        const moved = (part: object) => ('text' in part ? { ...part, text: '', acme_text: part.text } : part);
        const output = response.output.map((item) =>
          item.type === 'message' ? hit({ ...item, content: item.content.map(moved) }) : item,
        );
        return { ...response, output } as ResponseResource;
      },
    }),
  }),
  responsesQuirk('responses.ext.hosted-tool-is-a-function', {
    breaks: 'RESP-EXT-008',
    make: (impl, hit) => ({
      hostedTool: (ctx, fold, result) => (impl.hostedTool(ctx, fold, result) ? hit(undefined) : undefined),
    }),
  }),
  responsesQuirk('responses.ext.items-are-not-taken-back', {
    breaks: 'RESP-EXT-008',
    make: (impl, hit) => ({
      newItems(ctx, past, items) {
        if (items.some(({ type }) => type?.includes(':'))) throw hit(invalid('items with a prefix cannot be sent'));
        return impl.newItems(ctx, past, items);
      },
    }),
  }),
  responsesQuirk('responses.ext.wants-a-member-of-its-own', {
    breaks: 'RESP-EXT-011',
    make: (impl, hit) => ({
      checkCreate(ctx, value) {
        if (!('acme_tenant' in value)) throw hit(invalid('acme_tenant is required', { param: 'acme_tenant' }));
        return impl.checkCreate(ctx, value);
      },
    }),
  }),
  responsesQuirk('responses.reasoning.is-not-taken-back', {
    breaks: 'RESP-REAS-002',
    make: (impl, hit) => ({
      newItems(ctx, past, items) {
        if (items.some(({ type }) => type === 'reasoning')) throw hit(invalid('reasoning cannot be sent'));
        return impl.newItems(ctx, past, items);
      },
    }),
  }),
];

const isBusy = (error: unknown) => error instanceof ResponsesError && error.kind === 'too_many_requests';

export const errorQuirks = [
  responsesQuirk('responses.http.cuts-the-end-off', {
    breaks: 'RESP-HTTP-006',
    make: (impl, hit) => ({
      async *shownEvents(ctx, call, items) {
        yield* impl.shownEvents(ctx, call, items);
        if (call.binding === 'SSE') yield hit({ fault: 'disconnect' as const });
      },
    }),
  }),
  responsesQuirk('responses.http.has-no-content-type', {
    breaks: 'RESP-HTTP-004',
    make: (impl, hit) => ({
      jsonHeaders(ctx) {
        const { 'content-type': _, ...headers } = impl.jsonHeaders(ctx);
        return hit(headers);
      },
    }),
  }),
  responsesQuirk('responses.http.json-is-called-text', {
    breaks: 'RESP-HTTP-005',
    make: (impl, hit) => ({ jsonHeaders: (ctx) => hit({ ...impl.jsonHeaders(ctx), 'content-type': 'text/plain' }) }),
  }),
  responsesQuirk('responses.error.is-a-detail', {
    breaks: 'RESP-ERR-001',
    make: (_impl, hit) => ({ errorBody: (_ctx, { message }) => hit({ detail: message }) }),
  }),
  responsesQuirk('responses.error.is-bare', {
    breaks: 'RESP-ERR-001',
    make: (_impl, hit) => ({ errorBody: (_ctx, { message }) => hit({ error: message }) }),
  }),
  responsesQuirk('responses.error.unknown-is-a-500', {
    breaks: 'RESP-ERR-002',
    also: [{ id: 'OAI-GET-002', why: 'a response that is unknown is a 404', same: true }],
    make: (impl, hit) => ({
      refusal: (ctx, error) =>
        error instanceof ResponsesError && error.kind === 'not_found'
          ? hit({ ...impl.refusal(ctx, error), status: 500 })
          : impl.refusal(ctx, error),
    }),
  }),
  responsesQuirk('responses.error.busy-is-a-503', {
    breaks: 'RESP-ERR-002',
    make: (impl, hit) => ({
      refusal: (ctx, error) =>
        isBusy(error) ? hit({ ...impl.refusal(ctx, error), status: 503 }) : impl.refusal(ctx, error),
    }),
  }),
  responsesQuirk('responses.error.busy-is-an-invalid-request', {
    breaks: 'RESP-ERR-002',
    make: (impl, hit) => ({
      tooMany(ctx, model, waitMs) {
        const { message, headers } = impl.tooMany(ctx, model, waitMs);
        return hit(invalid(message, { status: 429, headers }));
      },
    }),
  }),
  responsesQuirk('responses.error.busy-until-soon', {
    breaks: 'RESP-ERR-005',
    make: (impl, hit) => ({
      refusal(ctx, error) {
        const answer = impl.refusal(ctx, error);
        return isBusy(error) ? hit({ ...answer, headers: { ...answer.headers, 'retry-after': 'soon' } }) : answer;
      },
    }),
  }),
  responsesQuirk('responses.error.no-json-is-a-500', {
    breaks: 'RESP-ERR-003',
    make: (impl, hit) => ({
      refusal: (ctx, error) =>
        error instanceof ResponsesError && error.code === 'invalid_json'
          ? hit({ ...impl.refusal(ctx, error), status: 500 })
          : impl.refusal(ctx, error),
    }),
  }),
  responsesQuirk('responses.error.takes-any-value', {
    breaks: 'RESP-ERR-004',
    make: (impl, hit) => ({
      validate(ctx, name, value) {
        const found = impl.validate(ctx, name, value);
        return found.some(({ field }) => /^(?:max_output_tokens|top_logprobs|metadata|tool_choice)/.test(field))
          ? hit([])
          : found;
      },
    }),
  }),
];

export const shapeQuirks = [
  responsesQuirk('responses.shape.lacks-members', {
    breaks: 'RESP-SCHEMA-001',
    make: (impl, hit) => responses(impl, ({ incomplete_details: _, truncation: __, ...response }) => hit(response)),
  }),
  responsesQuirk('responses.shape.is-null', {
    breaks: 'RESP-SCHEMA-001',
    make: (impl, hit) => answers(impl, 'createResponse', () => hit(null)),
  }),
  responsesQuirk('responses.shape.forgets-metadata', {
    breaks: 'RESP-SCHEMA-002',
    make: (impl, hit) =>
      responses(impl, (response) =>
        Object.keys(response.metadata ?? {}).length > 0 ? hit({ ...response, metadata: {} }) : response,
      ),
  }),
  responsesQuirk('responses.shape.leaves-tools-aside', {
    breaks: 'RESP-SCHEMA-002',
    make: (impl, hit) => ({
      settle(ctx, request) {
        const settled = impl.settle(ctx, request);
        return settled.tools.length > 0 ? hit({ ...settled, tools: [], tool_choice: 'auto' }) : settled;
      },
    }),
  }),
  responsesQuirk('responses.shape.forgets-instructions', {
    breaks: 'RESP-SCHEMA-002',
    make: (impl, hit) =>
      responses(impl, (response) =>
        response.instructions === null ? response : hit({ ...response, instructions: null }),
      ),
  }),
  responsesQuirk('responses.shape.completed-before-it-was-created', {
    breaks: 'RESP-SCHEMA-003',
    make: (impl, hit) =>
      responses(impl, (response) =>
        response.completed_at == null ? response : hit({ ...response, completed_at: response.created_at - 1 }),
      ),
  }),
  responsesQuirk('responses.shape.completed-before-it-is', {
    breaks: 'RESP-SCHEMA-003',
    make: (impl, hit) =>
      responses(impl, (response) =>
        response.status === 'failed' ? hit({ ...response, completed_at: response.created_at }) : response,
      ),
  }),
  responsesQuirk('responses.compact.without-a-model', {
    breaks: 'RESP-COMPACT-001',
    make: (impl, hit) => ({
      validate(ctx, name, value) {
        const found = impl.validate(ctx, name, value);
        return name === 'CompactResponseBody' && found.length > 0 ? hit([]) : found;
      },
    }),
  }),
  responsesQuirk('responses.compact.is-called-a-response', {
    breaks: 'RESP-COMPACT-002',
    make: (impl, hit) => answers(impl, 'compactResponse', (value: object) => hit({ ...value, object: 'response' })),
  }),
  responsesQuirk('responses.compact.is-a-response-as-well', {
    breaks: 'RESP-COMPACT-004',
    make: (impl, hit) => {
      const ids = new Set<string>();
      return {
        ...operation(impl, 'compactResponse', async (ctx, call, request, own) => {
          const answer = await own(ctx, call, request);
          if ('body' in answer && answer.status === 200) ids.add((JSON.parse(answer.body) as { id: string }).id);
          return answer;
        }),
        chainTo: async (ctx, call, id) => (ids.has(id) ? hit([]) : impl.chainTo(ctx, call, id)),
      };
    },
  }),
];
