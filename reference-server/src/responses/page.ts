import { LIST_ORDERS } from '@agentproto/protocol/responses/openai';
import type { ItemField, ItemList } from '@agentproto/protocol/responses/openai';
import { number, word } from './query.ts';
import { invalid } from './responses-error.ts';

/** One page of a list: newest first, unless `order` says otherwise (List input items). */
export function page(items: readonly ItemField[], query: URLSearchParams): ItemList {
  const limit = number(query, 'limit', { min: 1, max: 100 }) ?? 20;
  const ordered = word(query, 'order', LIST_ORDERS) === 'asc' ? [...items] : items.toReversed();
  const after = query.get('after');
  const at = after ? ordered.findIndex(({ id }) => id === after) : -1;
  if (after && at < 0)
    throw invalid(`after: expected the id of an item of the list, got ${after.slice(0, 60)}`, { param: 'after' });
  const data = ordered.slice(at + 1, at + 1 + limit);
  const id = (item: ItemField | undefined) => (item?.id as string | undefined) ?? null;
  return {
    object: 'list',
    data,
    first_id: id(data[0]),
    last_id: id(data.at(-1)),
    has_more: at + 1 + limit < ordered.length,
  };
}
