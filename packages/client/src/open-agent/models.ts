import type { EmbeddingRequest, EmbeddingResponse, ModelList } from '@agentproto/protocol/open-agent/readme';
import type { CallOptions } from '../call.ts';
import { InvalidInputError } from '../errors.ts';
import { isObject } from '../json.ts';
import { Group } from './group.ts';
import { only } from './rest.ts';

const DATA = { is: (json: unknown) => isObject(json) && Array.isArray(json['data']), safe: true };

export class Models extends Group {
  list(options: CallOptions = {}): Promise<ModelList> {
    const kind = { name: 'listModels', expected: '{ data: [] }', ...DATA } as const;
    return this.isReadme
      ? this.sendReadme(kind, options, (api) => api.GET('/v1/models'))
      : this.send(kind, options, (api) => api.GET('/models'));
  }
}

/** OpenAI's embeddings (`readme`). */
export class Embeddings extends Group {
  /** In whichever form they come; `vectorOf` reads both. */
  async create(body: EmbeddingRequest, options: CallOptions = {}): Promise<EmbeddingResponse> {
    only('readme', this.connection, 'createEmbedding');
    const kind = { name: 'createEmbedding', expected: 'a list of embeddings', ...DATA } as const;
    return this.sendReadme(kind, options, (api) => api.POST('/v1/embeddings', { body }));
  }
}

/** The numbers of an embedding: a list, or base64 of 32-bit floats, the low byte first. */
export function vectorOf({ embedding }: { embedding: string | readonly number[] }): number[] {
  if (typeof embedding !== 'string') return [...embedding];
  const bytes = Uint8Array.from(atob(embedding), (char) => char.charCodeAt(0));
  if (bytes.length % 4 !== 0) {
    throw new InvalidInputError(`embedding: expected base64 of 32-bit floats, got ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
