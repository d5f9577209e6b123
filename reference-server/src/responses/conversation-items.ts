import type { CreateResponseBody, ItemField, Metadata } from '@agentproto/protocol/responses/openai';
import type { Call } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { folded } from './follow.ts';
import { notFound } from './responses-error.ts';

/** A conversation is a list of items, and of responses whose items follow from their logs. */
export interface StoredConversation {
  createdAt: number;
  metadata: Metadata;
  entries: (ItemField | { response: string })[];
  /** Ids of items that were taken out. */
  gone: string[];
}

const CONVERSATIONS = 'responses.conversations';

/** Throws a ResponsesError, 404. */
export async function conversationOf({ store }: ResponsesContext, owner: string, id: string) {
  const found = await store.records.get(CONVERSATIONS, owner, id);
  if (!found) throw notFound(`Conversation with id '${id}' not found.`, { param: 'conversation' });
  // Written by `saveConversation`.
  return { value: found.value as StoredConversation, version: found.version };
}

export async function saveConversation(
  { store }: ResponsesContext,
  owner: string,
  id: string,
  value: StoredConversation,
  expectVersion: number,
): Promise<void> {
  await store.records.put(CONVERSATIONS, owner, id, value, { expectVersion });
}

export const dropConversation = ({ store }: ResponsesContext, owner: string, id: string): Promise<boolean> =>
  store.records.delete(CONVERSATIONS, owner, id);

/** All items of a conversation, oldest first. What a response adds is there once it has ended. */
export async function conversationItems(ctx: ResponsesContext, owner: string, id: string): Promise<ItemField[]> {
  const { entries, gone } = (await conversationOf(ctx, owner, id)).value;
  const items: ItemField[] = [];
  for (const entry of entries) {
    if (!('response' in entry) || 'type' in entry) {
      items.push(entry as ItemField);
      continue;
    }
    const run = await ctx.store.runs.get(entry.response as string);
    const fold = run && (await folded(ctx, run));
    if (fold?.over) items.push(...ctx.impl.addedItems(ctx, fold));
  }
  return items.filter((item) => !gone.includes(String(item.id)));
}

/** Puts the response into the conversation that its request names; its id, if it does. */
export async function joinConversation(
  ctx: ResponsesContext,
  { owner }: Call,
  { conversation }: CreateResponseBody,
  response: string,
): Promise<string | undefined> {
  if (conversation == null) return undefined;
  const id = typeof conversation === 'string' ? conversation : conversation.id;
  const { value, version } = await conversationOf(ctx, owner, id);
  await saveConversation(ctx, owner, id, { ...value, entries: [...value.entries, { response }] }, version);
  return id;
}
