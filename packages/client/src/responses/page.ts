import type { ItemField, ItemList, ListOrder, Include } from '@agentproto/protocol/responses/openai';
import { InvalidInputError, MalformedResponseError } from '../errors.ts';
import { isObject } from '../json.ts';

export interface PageParams {
  /** Of one page: 1 to 100, by default 20. */
  limit?: number;
  /** Default: desc, the last item first. */
  order?: ListOrder;
  /** The id of the item after which to begin. */
  after?: string;
  include?: Include[];
}

export function isItemList(value: unknown): boolean {
  return isObject(value) && Array.isArray(value['data']);
}

/** The items of all pages, one by one; a page is asked for when it is needed. */
export async function* itemsOf(
  name: string,
  params: PageParams,
  page: (params: PageParams) => Promise<ItemList>,
): AsyncGenerator<ItemField, void, undefined> {
  let { after } = params;
  for (;;) {
    const { data, has_more, last_id } = await page({ ...params, ...(after !== undefined && { after }) });
    yield* data;
    if (!has_more) return;
    const last = last_id ?? (data.at(-1) as { id?: string } | undefined)?.id;
    if (!last || last === after) throw new MalformedResponseError('a new last_id', name, String(last));
    after = last;
  }
}

export function checkedId(id: string, what: string): string {
  if (typeof id !== 'string' || id === '') throw new InvalidInputError(`expected the id of ${what}`);
  return id;
}
