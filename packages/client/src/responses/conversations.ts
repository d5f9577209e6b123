import type {
  Conversation,
  CreateConversation,
  DeletedConversation,
  Include,
  ItemField,
  ItemList,
  ItemParam,
  Metadata,
} from '@agentproto/protocol/responses/openai';
import type { CallOptions } from '../call.ts';
import { isObject } from '../json.ts';
import type { Connection } from './call.ts';
import { checkedId, isItemList, itemsOf, type PageParams } from './page.ts';
import { type Kind, rest } from './rest.ts';

const CONVERSATION = { expected: 'a conversation', is: hasId };
const LIST = { expected: 'a list of items', is: isItemList };

/** Conversations that the server keeps, and their items. Not every server has them. */
export class Conversations {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  create(body: CreateConversation = {}, options: CallOptions = {}): Promise<Conversation> {
    return this.#rest('createConversation', CONVERSATION, options, (client) => client.POST('/conversations', { body }));
  }

  async get(id: string, options: CallOptions = {}): Promise<Conversation> {
    return this.#rest('getConversation', { ...CONVERSATION, safe: true }, options, (client) =>
      client.GET('/conversations/{conversation_id}', { params: { path: of(id) } }),
    );
  }

  /** Replaces the metadata. */
  async update(id: string, metadata: Metadata | null, options: CallOptions = {}): Promise<Conversation> {
    return this.#rest('updateConversation', { ...CONVERSATION, safe: true }, options, (client) =>
      client.POST('/conversations/{conversation_id}', { params: { path: of(id) }, body: { metadata } }),
    );
  }

  /** The items stay where responses have them. */
  async delete(id: string, options: CallOptions = {}): Promise<DeletedConversation> {
    const empty = { id, object: 'conversation.deleted', deleted: true };
    return this.#rest('deleteConversation', { ...CONVERSATION, empty }, options, (client) =>
      client.DELETE('/conversations/{conversation_id}', { params: { path: of(id) } }),
    );
  }

  /** At most 20 items at a time. */
  async addItems(
    id: string,
    items: ItemParam[],
    options: CallOptions & { include?: Include[] } = {},
  ): Promise<ItemList> {
    const { include, ...rest } = options;
    return this.#rest('createConversationItems', LIST, rest, (client) =>
      client.POST('/conversations/{conversation_id}/items', {
        params: { path: of(id), ...(include && { query: { include } }) },
        body: { items },
      }),
    );
  }

  /** One page of items. */
  async listItems(id: string, params: PageParams = {}, options: CallOptions = {}): Promise<ItemList> {
    return this.#rest('listConversationItems', { ...LIST, safe: true }, options, (client) =>
      client.GET('/conversations/{conversation_id}/items', { params: { path: of(id), query: params } }),
    );
  }

  /** All items, page by page. */
  items(id: string, params: PageParams = {}, options: CallOptions = {}): AsyncGenerator<ItemField, void, undefined> {
    return itemsOf('listConversationItems', params, (page) => this.listItems(id, page, options));
  }

  async getItem(id: string, itemId: string, options: CallOptions = {}): Promise<ItemField> {
    return this.#rest('getConversationItem', { ...ITEM, safe: true }, options, (client) =>
      client.GET('/conversations/{conversation_id}/items/{item_id}', { params: { path: ofItem(id, itemId) } }),
    );
  }

  /** Gives the conversation that is left. */
  async deleteItem(id: string, itemId: string, options: CallOptions = {}): Promise<Conversation> {
    return this.#rest('deleteConversationItem', CONVERSATION, options, (client) =>
      client.DELETE('/conversations/{conversation_id}/items/{item_id}', { params: { path: ofItem(id, itemId) } }),
    );
  }

  #rest<Result>(
    name: string,
    kind: Omit<Kind, 'name'>,
    options: CallOptions,
    ask: Parameters<typeof rest<Result>>[3],
  ): Promise<Result> {
    return rest(this.#connection, { name, ...kind }, options, ask);
  }
}

const ITEM = { expected: 'an item', is: (value: unknown) => isObject(value) && typeof value['type'] === 'string' };

function hasId(value: unknown): boolean {
  return isObject(value) && typeof value['id'] === 'string';
}

const of = (id: string) => ({ conversation_id: checkedId(id, 'a conversation') });
const ofItem = (id: string, itemId: string) => ({ ...of(id), item_id: checkedId(itemId, 'an item') });
