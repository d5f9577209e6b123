import type { Answer } from '../../answer.ts';
import type { HttpRequest, Operation } from '../call.ts';
import type { ResponsesContext, ResponsesImpl } from '../context.ts';
import { folded } from '../follow.ts';
import { invalid } from '../responses-error.ts';
import { answers, but, events, odd, ofType, operation, responsesQuirk } from './responses-quirk.ts';

interface Page {
  data: { id: string }[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
}

const OF_A_RESPONSE = new Set<Operation>(['retrieveResponse', 'deleteResponse', 'cancelResponse', 'listInputItems']);

const deletedAnswer = (impl: ResponsesImpl, ctx: ResponsesContext, { params }: HttpRequest): Answer => ({
  status: 200,
  headers: impl.jsonHeaders(ctx),
  body: JSON.stringify({ id: params['response_id'], object: 'response', deleted: true }),
});

/** Rules of OpenAI's API: models, responses that are kept, streams. */
export const openaiQuirks = [
  responsesQuirk('responses.get.knows-nothing', {
    breaks: 'OAI-GET-001',
    make: (_impl, hit) => ({ isStored: async () => hit(false) }),
  }),
  responsesQuirk('responses.get.keeps-everything', {
    breaks: 'OAI-GET-003',
    make: (_impl, hit) => ({ isStored: async () => hit(true) }),
  }),
  responsesQuirk('responses.get.unknown-is-null', {
    breaks: 'OAI-GET-002',
    make: (impl, hit) =>
      operation(impl, 'retrieveResponse', (ctx, call, request, own) =>
        own(ctx, call, request).catch(() => hit({ status: 200, headers: impl.jsonHeaders(ctx), body: 'null' })),
      ),
  }),
  responsesQuirk('responses.get.unknown-is-a-400', {
    breaks: 'OAI-GET-002',
    make: (impl, hit) => ({
      answerHttp: async (ctx, name, request) => {
        const answer = await impl.answerHttp(ctx, name, request);
        return OF_A_RESPONSE.has(name) && 'body' in answer && answer.status === 404
          ? hit(impl.refusal(ctx, invalid('The id is none of this server.', { param: 'response_id' })))
          : answer;
      },
    }),
  }),
  responsesQuirk('responses.get.never-streams', {
    breaks: 'OAI-GET-004',
    make: (impl, hit) =>
      operation(impl, 'retrieveResponse', (ctx, call, request, own) =>
        request.query.has('stream')
          ? hit(own(ctx, call, { ...request, query: new URLSearchParams() }))
          : own(ctx, call, request),
      ),
  }),
  responsesQuirk('responses.get.streams-from-the-start', {
    breaks: 'OAI-GET-005',
    make: (impl, hit) =>
      operation(impl, 'retrieveResponse', (ctx, call, request, own) => {
        const query = new URLSearchParams(request.query);
        if (query.has('starting_after')) hit(query.delete('starting_after'));
        return own(ctx, call, { ...request, query });
      }),
  }),
  responsesQuirk('responses.delete.keeps', {
    breaks: 'OAI-DEL-001',
    make: (impl, hit) =>
      operation(impl, 'deleteResponse', async (ctx, call, request) => {
        await impl.operations.retrieveResponse!(ctx, call, request);
        return hit(deletedAnswer(impl, ctx, request));
      }),
  }),
  responsesQuirk('responses.delete.deletes-what-is-unknown', {
    breaks: 'OAI-DEL-003',
    make: (impl, hit) =>
      operation(impl, 'deleteResponse', (ctx, call, request, own) =>
        own(ctx, call, request).catch(() => hit(deletedAnswer(impl, ctx, request))),
      ),
  }),
  responsesQuirk('responses.delete.says-nothing', {
    breaks: 'OAI-DEL-002',
    make: (impl, hit) => answers(impl, 'deleteResponse', () => hit({})),
  }),
  responsesQuirk('responses.cancel.does-nothing', {
    breaks: 'OAI-CANCEL-001',
    make: (impl, hit) =>
      operation(impl, 'cancelResponse', async (ctx, call, request, own) => {
        const run = await ctx.store.runs.get(request.params['response_id']!);
        return run && (await folded(ctx, run)).start.request.background
          ? hit(impl.operations.retrieveResponse!(ctx, call, request))
          : own(ctx, call, request);
      }),
  }),
  responsesQuirk('responses.cancel.takes-what-is-not-in-the-background', {
    breaks: 'OAI-CANCEL-002',
    make: (impl, hit) =>
      operation(impl, 'cancelResponse', (ctx, call, request, own) =>
        own(ctx, call, request).catch(() => hit(impl.operations.retrieveResponse!(ctx, call, request))),
      ),
  }),
  responsesQuirk('responses.background.waits', {
    breaks: 'OAI-BG-001',
    make: (impl, hit) =>
      operation(impl, 'createResponse', async (ctx, call, request, own) => {
        const answer = await own(ctx, call, request);
        if (!('body' in answer) || !/"background":true/.test(answer.body)) return answer;
        const { id } = JSON.parse(answer.body) as { id: string };
        const run = await ctx.store.runs.get(id);
        for await (const batch of ctx.store.logs.read(id))
          if (batch.some(({ event }) => event.type === 'end' || event.type === 'crash')) break;
        return run
          ? hit(impl.operations.retrieveResponse!(ctx, call, { ...request, params: { response_id: id } }))
          : answer;
      }),
  }),
  responsesQuirk('responses.background.ends-when-its-caller-leaves', {
    breaks: 'OAI-BG-003',
    make: (impl, hit) => ({
      cancelWhenLeft(ctx, call, start, abort) {
        if (start.request.background) hit(call.signal.addEventListener('abort', () => abort.abort(), { once: true }));
        else impl.cancelWhenLeft(ctx, call, start, abort);
      },
    }),
  }),
  responsesQuirk('responses.items.oldest-first', {
    breaks: 'OAI-ITEMS-001',
    make: (impl, hit) =>
      answers(impl, 'listInputItems', (value: Page) => hit({ ...value, data: value.data.toReversed() })),
  }),
  responsesQuirk('responses.items.never-more', {
    breaks: 'OAI-ITEMS-002',
    make: (impl, hit) => answers(impl, 'listInputItems', (value: Page) => hit({ ...value, has_more: !value.has_more })),
  }),
  responsesQuirk('responses.tokens.is-a-text', {
    breaks: 'OAI-TOKENS-001',
    make: (impl, hit) =>
      answers(impl, 'countInputTokens', (value: { input_tokens: number }) =>
        hit({ ...value, input_tokens: String(value.input_tokens) }),
      ),
  }),
  responsesQuirk('responses.conversation.forgets-output', {
    breaks: 'OAI-CONV-002',
    make: (impl, hit) =>
      answers(impl, 'listConversationItems', (value: Page) =>
        hit({ ...value, data: value.data.filter((item) => !('role' in item) || item.role !== 'assistant') }),
      ),
  }),
  responsesQuirk('responses.conversation.keeps-old-metadata', {
    breaks: 'OAI-CONV-004',
    make: (impl, hit) =>
      operation(impl, 'updateConversation', (ctx, call, request) =>
        hit(impl.operations.getConversation!(ctx, call, request)),
      ),
  }),
  responsesQuirk('responses.conversation.is-not-deleted', {
    breaks: 'OAI-CONV-005',
    make: (impl, hit) =>
      operation(impl, 'deleteConversation', async (ctx, _call, { params }) =>
        hit({
          status: 200,
          headers: impl.jsonHeaders(ctx),
          body: JSON.stringify({ id: params['conversation_id'], object: 'conversation.deleted', deleted: true }),
        }),
      ),
  }),
  responsesQuirk('responses.models.without-owner', {
    breaks: 'OAI-MODEL-001',
    make: (impl, hit) =>
      answers(impl, 'listModels', (value: { data: object[] }) =>
        hit({ ...value, data: value.data.map((one) => ({ ...one, owned_by: undefined })) }),
      ),
  }),
  responsesQuirk('responses.models.knows-all', {
    breaks: 'OAI-MODEL-002',
    make: (impl, hit) =>
      operation(impl, 'getModel', async (ctx, _call, { params }) =>
        hit({
          status: 200,
          headers: impl.jsonHeaders(ctx),
          body: JSON.stringify({ id: params['model'], object: 'model', created: 1, owned_by: 'all' }),
        }),
      ),
  }),
  responsesQuirk('responses.openai.has-no-filler', {
    breaks: 'OAI-STREAM-002',
    make: (_impl, hit) => ({ obfuscation: () => hit(undefined) }),
  }),
  responsesQuirk('responses.openai.reasoning-has-its-other-name', {
    breaks: 'OAI-STREAM-003',
    make: (impl, hit) =>
      events(impl, (event) =>
        event.type.startsWith('response.reasoning_text.')
          ? hit([but(event, { type: event.type.replace('_text', '') })])
          : [event],
      ),
  }),
  responsesQuirk('responses.openai.says-other-data', {
    breaks: 'OAI-STREAM-001',
    also: [{ id: 'RESP-WS-005', why: 'it stands on a WebSocket, too' }],
    make: (impl, hit) => ofType(impl, 'response.created', (event) => hit([odd({ hello: 'there' }), event])),
  }),
];
