import type {
  ApiKeyCreationRequest,
  ApiKeyInfo,
  ApiKeyUsageInfo,
  SuccessResponse,
} from '@agentproto/protocol/open-agent/0.7';
import type { CallOptions } from '../call.ts';
import { isObject } from '../json.ts';
import { ANYTHING, checkedId, Group, has, isList } from './group.ts';

export interface KeyUsageParams {
  /** `2026-01-31`, as `end_date`. */
  start_date?: string;
  end_date?: string;
  group_by?: 'day' | 'week' | 'month';
}

const KEY = { expected: 'an API key', is: has('id') };

/** API keys of the account. */
export class Keys extends Group {
  /** The key itself is in `api_key` of this answer, and never again (X11). */
  create(body: ApiKeyCreationRequest, options: CallOptions = {}): Promise<ApiKeyInfo> {
    return this.send({ name: 'createKey', ...KEY }, options, (api) => api.POST('/account/keys', { body }));
  }

  /** Those that are active. */
  list(options: CallOptions = {}): Promise<ApiKeyInfo[]> {
    const kind = { name: 'listKeys', expected: 'a list of API keys', is: isList, safe: true } as const;
    return this.send(kind, options, (api) => api.GET('/account/keys'));
  }

  async get(id: string, options: CallOptions = {}): Promise<ApiKeyInfo> {
    return this.send({ name: 'getKey', ...KEY, safe: true }, options, (api) =>
      api.GET('/account/keys/{key_id}', { params: { path: of(id) } }),
    );
  }

  async revoke(id: string, options: CallOptions = {}): Promise<SuccessResponse> {
    return this.send({ name: 'revokeKey', ...ANYTHING }, options, (api) =>
      api.DELETE('/account/keys/{key_id}', { params: { path: of(id) } }),
    );
  }

  async usage(id: string, query: KeyUsageParams = {}, options: CallOptions = {}): Promise<ApiKeyUsageInfo> {
    const kind = { name: 'getKeyUsage', expected: 'the usage of a key', is: isObject, safe: true } as const;
    return this.send(kind, options, (api) =>
      api.GET('/account/keys/{key_id}/usage', { params: { path: of(id), query } }),
    );
  }
}

const of = (id: string) => ({ key_id: checkedId(id, 'a key') });
