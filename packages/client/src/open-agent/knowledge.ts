import type { KnowledgeInput, KnowledgeItem, KnowledgeResult } from '@agentproto/protocol/open-agent/readme';
import type { CallOptions } from '../call.ts';
import { isObject } from '../json.ts';
import { ANYTHING, checkedId, Group, has } from './group.ts';
import { only } from './rest.ts';

const RESULTS = {
  expected: '{ results: [] }',
  is: (json: unknown) => isObject(json) && Array.isArray(json['results']),
  take: ({ results }: { results: unknown }) => results,
};

/** What agents can look up (`readme`). */
export class Knowledge extends Group {
  /** The documents that are nearest in meaning, the nearest first as far as a server has an order. */
  async search(
    query: string,
    { limit, ...options }: CallOptions & { limit?: number } = {},
  ): Promise<KnowledgeResult[]> {
    only('readme', this.connection, 'searchKnowledge');
    const body = { query, ...(limit !== undefined && { limit }) };
    return this.sendReadme({ name: 'searchKnowledge', ...RESULTS, safe: true }, options, (api) =>
      api.POST('/knowledge/search', { body }),
    );
  }

  /** Announced in the README; not every server has it. */
  async add(body: KnowledgeInput, options: CallOptions = {}): Promise<KnowledgeItem> {
    only('readme', this.connection, 'addKnowledge');
    const kind = { name: 'addKnowledge', expected: 'a document with an id', is: has('id') } as const;
    return this.sendReadme(kind, options, (api) => api.POST('/knowledge', { body }));
  }

  /** Announced, as `add`. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    only('readme', this.connection, 'deleteKnowledge');
    const path = { docId: checkedId(id, 'a document') };
    await this.sendReadme({ name: 'deleteKnowledge', ...ANYTHING }, options, (api) =>
      api.DELETE('/knowledge/{docId}', { params: { path } }),
    );
  }
}
