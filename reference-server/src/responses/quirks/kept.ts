import type { StreamAnswer } from '../../answer.ts';
import { folded } from '../follow.ts';
import { invalid } from '../responses-error.ts';
import { operation, responsesQuirk } from './responses-quirk.ts';

/** Rules of OpenAI's API about what is under way, or goes on from what was kept. */
export const keptQuirks = [
  responsesQuirk('responses.get.streams-less-the-second-time', {
    breaks: 'OAI-GET-004',
    make: (impl, hit) =>
      operation(impl, 'retrieveResponse', async (ctx, call, request, own) => {
        const answer = await own(ctx, call, request);
        if (!('frames' in answer) || request.query.has('starting_after')) return answer;
        async function* frames(before: StreamAnswer['frames']): StreamAnswer['frames'] {
          for await (const batch of before) {
            const rest = batch.filter((frame) => !('text' in frame && frame.text.includes('response.in_progress')));
            yield rest.length < batch.length ? hit(rest) : rest;
          }
        }
        return { ...answer, frames: frames(answer.frames) };
      }),
  }),
  responsesQuirk('responses.cancel.cancels-what-is-unknown', {
    breaks: 'OAI-CANCEL-003',
    make: (impl, hit) =>
      operation(impl, 'cancelResponse', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          if ((error as { kind?: string }).kind !== 'not_found') throw error;
          return hit({ status: 200, headers: impl.jsonHeaders(ctx), body: '{}' });
        }),
      ),
  }),
  responsesQuirk('responses.cancel.cancels-once', {
    breaks: 'OAI-CANCEL-004',
    make: (impl, hit) =>
      operation(impl, 'cancelResponse', async (ctx, call, request, own) => {
        const run = await ctx.store.runs.get(request.params['response_id']!);
        if (run && (await folded(ctx, run)).start.request.background && (await folded(ctx, run)).over)
          throw hit(invalid('The response has been cancelled already.'));
        return own(ctx, call, request);
      }),
  }),
  responsesQuirk('responses.background.cannot-be-polled', {
    breaks: 'OAI-BG-002',
    make: (impl, hit) => ({
      async isStored(ctx, run) {
        return (await folded(ctx, run)).over ? impl.isStored(ctx, run) : hit(false);
      },
    }),
  }),
  responsesQuirk('responses.stream.goes-on-without-its-caller', {
    breaks: 'OAI-BG-004',
    make: (_impl, hit) => ({ cancelWhenLeft: () => hit(undefined) }),
  }),
  responsesQuirk('responses.items.takes-any-limit', {
    breaks: 'OAI-ITEMS-003',
    make: (impl, hit) =>
      operation(impl, 'listInputItems', (ctx, call, request, own) => {
        const limit = Number(request.query.get('limit') ?? 20);
        if (limit >= 1 && limit <= 100) return own(ctx, call, request);
        const query = new URLSearchParams(request.query);
        query.set('limit', '20');
        return hit(own(ctx, call, { ...request, query }));
      }),
  }),
  responsesQuirk('responses.chain.inherits-instructions', {
    breaks: 'OAI-CHAIN-001',
    make: (impl, hit) => ({
      async beginResponse(ctx, call, request) {
        const run = await ctx.store.runs.get(request.previous_response_id ?? '');
        const instructions = run && (await folded(ctx, run)).start.request.instructions;
        return typeof instructions === 'string' && request.instructions == null
          ? hit(impl.beginResponse(ctx, call, { ...request, instructions }))
          : impl.beginResponse(ctx, call, request);
      },
    }),
  }),
  responsesQuirk('responses.chain.takes-both', {
    breaks: 'OAI-CHAIN-002',
    make: (impl, hit) => ({
      pastOf(ctx, call, { conversation, ...request }) {
        return request.previous_response_id != null && conversation != null
          ? hit(impl.pastOf(ctx, call, request))
          : impl.pastOf(ctx, call, { ...request, ...(conversation !== undefined && { conversation }) });
      },
    }),
  }),
  responsesQuirk('responses.conversation.takes-ten-items', {
    breaks: 'OAI-CONV-001',
    make: (impl, hit) =>
      operation(impl, 'createConversation', (ctx, call, request, own) => {
        const { items } = JSON.parse(request.body.toString() || '{}') as { items?: unknown[] };
        if ((items?.length ?? 0) > 10) throw hit(invalid('items: expected at most 10'));
        return own(ctx, call, request);
      }),
  }),
  responsesQuirk('responses.conversation.is-not-read', {
    breaks: 'OAI-CONV-003',
    make: (impl, hit) => ({
      pastOf: (ctx, call, request) =>
        request.conversation == null || request.previous_response_id != null
          ? impl.pastOf(ctx, call, request)
          : hit(Promise.resolve([])),
    }),
  }),
  responsesQuirk('responses.conversation.takes-any-number', {
    breaks: 'OAI-CONV-006',
    make: (impl, hit) => ({
      validate(ctx, name, value) {
        const found = impl.validate(ctx, name, value);
        return name === 'CreateConversationItemsBody' && found.length > 0 ? hit([]) : found;
      },
    }),
  }),
  responsesQuirk('responses.conversation.oldest-first', {
    breaks: 'OAI-CONV-007',
    make: (impl, hit) =>
      operation(impl, 'listConversationItems', (ctx, call, request, own) => {
        if (request.query.has('order')) return own(ctx, call, request);
        const query = new URLSearchParams(request.query);
        query.set('order', 'asc');
        return hit(own(ctx, call, { ...request, query }));
      }),
  }),
  responsesQuirk('responses.conversation.keeps-its-items', {
    breaks: 'OAI-CONV-008',
    make: (impl, hit) =>
      operation(impl, 'deleteConversationItem', (ctx, call, request) =>
        hit(impl.operations.getConversation!(ctx, call, request)),
      ),
  }),
  responsesQuirk('responses.conversation.unknown-is-empty', {
    breaks: 'OAI-CONV-009',
    make: (impl, hit) =>
      operation(impl, 'getConversation', (ctx, call, request, own) =>
        own(ctx, call, request).catch(() =>
          hit({
            status: 200,
            headers: impl.jsonHeaders(ctx),
            body: JSON.stringify({
              id: request.params['conversation_id'],
              object: 'conversation',
              created_at: 0,
              metadata: {},
            }),
          }),
        ),
      ),
  }),
];

/** Rules about tools of MCP servers. */
export const mcpQuirks = [
  responsesQuirk('responses.mcp.asks-as-a-function', {
    breaks: 'OAI-MCP-001',
    make: (impl, hit) => ({ approvalRequest: (ctx, fold, call) => hit(impl.functionCall(ctx, fold, call)) }),
  }),
  responsesQuirk('responses.mcp.names-no-request', {
    breaks: 'OAI-MCP-002',
    make: (impl, hit) => ({
      toolResult: (ctx, fold, result, approved) =>
        approved ? hit(impl.toolResult(ctx, fold, result, false)) : impl.toolResult(ctx, fold, result, false),
    }),
  }),
  responsesQuirk('responses.mcp.runs-what-was-refused', {
    breaks: 'OAI-MCP-003',
    make: (impl, hit) => ({
      toolResult(ctx, fold, { rejected, ...result }, approved) {
        const ran = impl.toolResult(ctx, fold, result, approved);
        return rejected ? hit(ran) : ran;
      },
    }),
  }),
  responsesQuirk('responses.mcp.takes-any-approval', {
    breaks: 'OAI-MCP-004',
    make: (_impl, hit) => ({ checkOutputs: () => hit(undefined) }),
  }),
];
