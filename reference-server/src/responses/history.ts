import type { CreateResponseBody, ItemField, ItemParam } from '@agentproto/protocol/responses/openai';
import type { Run } from '../store/store.ts';
import type { Call } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { decompacted } from './compaction.ts';
import { conversationItems } from './conversation-items.ts';
import { folded } from './follow.ts';
import { responseOf } from './items.ts';
import type { Past, ResponseFold } from './response-start.ts';
import { invalid, notFound } from './responses-error.ts';

/** The response that a request goes on from, and all before it (previous_response_id). */
export async function pastOf(ctx: ResponsesContext, call: Call, request: CreateResponseBody): Promise<Past[]> {
  const { previous_response_id: previous, conversation } = request;
  if (previous != null && conversation != null)
    throw invalid('expected previous_response_id or conversation, got both', { param: 'conversation' });
  if (previous != null) return ctx.impl.chainTo(ctx, call, previous);
  if (conversation == null) return [];
  const id = typeof conversation === 'string' ? conversation : conversation.id;
  return [{ items: await conversationItems(ctx, call.owner, id) }];
}

/** The response that a request goes on from. */
export const parentOf = async (
  _ctx: ResponsesContext,
  _call: Call,
  { previous_response_id: previous }: CreateResponseBody,
): Promise<string | undefined> => previous ?? undefined;

/** Everything that is sent is new. */
export const newItems = (_ctx: ResponsesContext, _past: readonly Past[], items: readonly ItemParam[]): ItemParam[] => [
  ...items,
];

/** Input and output of a response and of those before it, in their order (previous_response_id). */
export async function chainTo(ctx: ResponsesContext, call: Call, id: string): Promise<Past[]> {
  const past: Past[] = [];
  for (let next: string | undefined = id; next !== undefined;) {
    const run = await ctx.store.runs.get(next);
    if (!run || run.family !== 'responses' || run.owner !== call.owner) throw ctx.impl.unknownPrevious(ctx, next);
    const fold = await folded(ctx, run);
    if (next === id && !(await ctx.impl.mayContinue(ctx, call, run, fold))) throw ctx.impl.unknownPrevious(ctx, id);
    const { model, metadata } = fold.start.request;
    past.unshift({ model, metadata, items: ctx.impl.turnItems(ctx, fold) });
    next = fold.start.parent;
  }
  return past;
}

/** What a response adds to its chain. */
export const turnItems = (_ctx: ResponsesContext, { start, output }: ResponseFold): ItemField[] => [
  ...start.input,
  ...output,
];

/** And to its conversation. */
export const addedItems = turnItems;

/** What is neither stored nor remembered by the connection is unknown (WebSocket Continuation). */
export async function mayContinue(
  ctx: ResponsesContext,
  { remembered }: Call,
  run: Run,
  fold: ResponseFold,
): Promise<boolean> {
  if (remembered?.has(run.id)) return true;
  return fold.start.request.store !== false && !(await isGone(ctx, run));
}

export const unknownPrevious = (_ctx: ResponsesContext, id: string) =>
  invalid(`Previous response with id '${id}' not found.`, {
    code: 'previous_response_not_found',
    param: 'previous_response_id',
  });

const DELETED = 'responses.deleted';

const isDeleted = async ({ store }: ResponsesContext, { id, owner }: Run): Promise<boolean> =>
  (await store.records.get(DELETED, owner, id)) !== undefined;

/** Deleted, or older than anything is kept. */
async function isGone(ctx: ResponsesContext, run: Run): Promise<boolean> {
  return ctx.clock.now() - run.createdAt >= ctx.settings.retentionMs || isDeleted(ctx, run);
}

export async function markDeleted({ store }: ResponsesContext, { id, owner }: Run): Promise<void> {
  await store.records.put(DELETED, owner, id, true, { runId: id });
}

/** A response that can be got. Throws a ResponsesError, 404. */
export async function storedRun(ctx: ResponsesContext, owner: string, id: string): Promise<Run> {
  const run = await ctx.store.runs.get(id);
  const known = run && run.family === 'responses' && run.revision === ctx.revision && run.owner === owner;
  if (!known || !(await ctx.impl.isStored(ctx, run)) || (await isGone(ctx, run)))
    throw notFound(`Response with id '${id}' not found.`, { param: 'response_id' });
  return run;
}

/** Input items with references looked up and compactions opened. */
export async function resolved(
  ctx: ResponsesContext,
  call: Call,
  items: readonly ItemParam[],
  past: readonly Past[],
): Promise<ItemParam[]> {
  const found: ItemParam[] = [];
  for (const item of items) {
    if (item.type === 'item_reference') found.push(await referred(ctx, call, item.id, past));
    else if (item.type === 'compaction') found.push(item, ...decompacted(item.encrypted_content));
    else found.push(item);
  }
  return found;
}

/** The item of that id, of this chain or of any response that is kept (Extending Items). */
async function referred(ctx: ResponsesContext, call: Call, id: string, past: readonly Past[]): Promise<ItemField> {
  const here = past.flatMap(({ items }) => items).find((item) => item.id === id);
  if (here) return here;
  const run = await ctx.store.runs.get(responseOf(id) ?? '');
  const fold = run && run.owner === call.owner && run.family === 'responses' ? await folded(ctx, run) : undefined;
  const item = fold && ctx.impl.turnItems(ctx, fold).find((one) => one.id === id);
  if (!item || fold.start.request.store === false)
    throw notFound(`Item with id '${id}' not found. Items are not kept when \`store\` is false.`, { param: 'input' });
  return item;
}

/**
 * An output is of a call that somebody made, and an approval of a request. The specification does not say so; OpenAI's
 * server refuses others, as the compliance test of Open Responses expects. What a compaction has left out cannot be told.
 */
export function checkOutputs(_ctx: ResponsesContext, past: readonly Past[], input: readonly ItemField[]): void {
  const context = [...past.flatMap(({ items }) => items), ...input];
  if (context.some(({ type }) => type === 'compaction')) return;
  const calls = new Set(context.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : [])));
  const requests = new Set(context.flatMap((item) => (item.type === 'mcp_approval_request' ? [item.id] : [])));
  for (const item of input) {
    if (item.type === 'function_call_output' && !calls.has(item.call_id))
      throw invalid(`No tool call found for function call output with call_id ${item.call_id}.`, { param: 'input' });
    if (item.type === 'mcp_approval_response' && !requests.has(item.approval_request_id))
      throw invalid(`No approval request found with id ${item.approval_request_id}.`, { param: 'input' });
  }
}
