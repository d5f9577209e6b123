import type { CreateResponseBody, ItemField, ItemParam } from '@agentproto/protocol/responses/openai';
import type { Answer } from '../answer.ts';
import type { Call, HttpRequest } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { compacted } from './compaction.ts';
import { json } from './errors.ts';
import { resolved } from './history.ts';
import { itemId, kept, newId } from './items.ts';
import { check } from './request.ts';
import { contextTokens } from './tokens.ts';

/** All that a request has the model read. */
async function contextOf(ctx: ResponsesContext, call: Call, request: CreateResponseBody): Promise<ItemField[]> {
  const past = await ctx.impl.pastOf(ctx, call, request);
  const given: ItemParam[] =
    typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : (request.input ?? []);
  const input = kept(ctx, newId('resp'), await resolved(ctx, call, given, past));
  return [...past.flatMap(({ items }) => items), ...input];
}

/** Get input token counts. */
export async function countInputTokens(
  ctx: ResponsesContext,
  call: Call,
  { headers, body }: HttpRequest,
): Promise<Answer> {
  const request = ctx.impl.checkCreate(ctx, ctx.impl.readBody(ctx, headers, body));
  const items = await contextOf(ctx, call, request);
  return json(ctx, { object: 'response.input_tokens', input_tokens: contextTokens(request.instructions, items) });
}

/** One item that stands for all before it; the last message of the user stays beside it (Compaction). */
export async function compactResponse(
  ctx: ResponsesContext,
  call: Call,
  { headers, body }: HttpRequest,
): Promise<Answer> {
  const given = ctx.impl.readBody(ctx, headers, body);
  check(ctx, 'CompactResponseBody', given);
  const request = ctx.impl.checkCreate(ctx, given);
  const items = await contextOf(ctx, call, request);
  const id = newId('resp');
  const encrypted_content = compacted(items);
  const input = contextTokens(request.instructions, items);
  const output = contextTokens(undefined, items.slice(-1));
  return json(ctx, {
    id,
    object: 'response.compaction',
    created_at: Math.floor(ctx.clock.now() / 1_000),
    output: [{ type: 'compaction', id: itemId(ctx, id, 'compaction', 'o0'), encrypted_content }],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  });
}
