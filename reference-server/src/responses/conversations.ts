import type { ItemField, ItemParam, Metadata } from '@agentproto/protocol/responses/openai';
import type { Answer } from '../answer.ts';
import type { Call, HttpRequest } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { conversationItems, conversationOf, dropConversation, saveConversation } from './conversation-items.ts';
import type { StoredConversation } from './conversation-items.ts';
import { json } from './errors.ts';
import { kept, newId } from './items.ts';
import { page } from './page.ts';
import { check } from './request.ts';
import { notFound } from './responses-error.ts';

const shown = (id: string, { createdAt, metadata }: StoredConversation) => ({
  id,
  object: 'conversation',
  created_at: Math.floor(createdAt / 1_000),
  metadata,
});

const bodyOf = <Body>(ctx: ResponsesContext, { headers, body }: HttpRequest, name: string): Body => {
  const value = ctx.impl.readBody(ctx, headers, body);
  check(ctx, name, value);
  // Validated.
  return value as Body;
};

export async function createConversation(ctx: ResponsesContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const { metadata, items } = bodyOf<{ metadata?: Metadata | null; items?: ItemParam[] | null }>(
    ctx,
    http,
    'CreateConversation',
  );
  const id = newId('conv');
  const value = {
    createdAt: ctx.clock.now(),
    metadata: metadata ?? {},
    entries: kept(ctx, newId('resp'), items ?? []),
    gone: [],
  };
  await saveConversation(ctx, owner, id, value, 0);
  return json(ctx, shown(id, value));
}

export async function getConversation(
  ctx: ResponsesContext,
  { owner }: Call,
  { params }: HttpRequest,
): Promise<Answer> {
  const id = params['conversation_id']!;
  return json(ctx, shown(id, (await conversationOf(ctx, owner, id)).value));
}

export async function updateConversation(ctx: ResponsesContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const id = http.params['conversation_id']!;
  const { metadata } = bodyOf<{ metadata: Metadata | null }>(ctx, http, 'UpdateConversationBody');
  const { value, version } = await conversationOf(ctx, owner, id);
  const changed = { ...value, metadata: metadata ?? {} };
  await saveConversation(ctx, owner, id, changed, version);
  return json(ctx, shown(id, changed));
}

export async function deleteConversation(
  ctx: ResponsesContext,
  { owner }: Call,
  { params }: HttpRequest,
): Promise<Answer> {
  const id = params['conversation_id']!;
  await conversationOf(ctx, owner, id);
  await dropConversation(ctx, owner, id);
  return json(ctx, { id, object: 'conversation.deleted', deleted: true });
}

export async function createConversationItems(
  ctx: ResponsesContext,
  { owner }: Call,
  http: HttpRequest,
): Promise<Answer> {
  const id = http.params['conversation_id']!;
  const { items } = bodyOf<{ items: ItemParam[] }>(ctx, http, 'CreateConversationItemsBody');
  const { value, version } = await conversationOf(ctx, owner, id);
  const added = kept(ctx, newId('resp'), items);
  await saveConversation(ctx, owner, id, { ...value, entries: [...value.entries, ...added] }, version);
  return json(ctx, page(added, new URLSearchParams({ order: 'asc', limit: '100' })));
}

export async function listConversationItems(
  ctx: ResponsesContext,
  { owner }: Call,
  http: HttpRequest,
): Promise<Answer> {
  return json(ctx, page(await conversationItems(ctx, owner, http.params['conversation_id']!), http.query));
}

export async function getConversationItem(ctx: ResponsesContext, call: Call, http: HttpRequest): Promise<Answer> {
  return json(ctx, await itemOf(ctx, call, http));
}

export async function deleteConversationItem(ctx: ResponsesContext, call: Call, http: HttpRequest): Promise<Answer> {
  const id = http.params['conversation_id']!;
  const item = await itemOf(ctx, call, http);
  const { value, version } = await conversationOf(ctx, call.owner, id);
  const changed = { ...value, gone: [...value.gone, String(item.id)] };
  await saveConversation(ctx, call.owner, id, changed, version);
  return json(ctx, shown(id, changed));
}

async function itemOf(ctx: ResponsesContext, { owner }: Call, { params }: HttpRequest): Promise<ItemField> {
  const items = await conversationItems(ctx, owner, params['conversation_id']!);
  const item = items.find(({ id }) => id === params['item_id']);
  if (!item) throw notFound(`Item with id '${params['item_id']}' not found.`, { param: 'item_id' });
  return item;
}
