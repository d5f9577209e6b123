import { JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { type DeviationKind, type Row, rowIn } from '../deviation.ts';
import type { Dialect, SpokenInterface } from '../dialect.ts';
import { isObject } from '../../json.ts';
import { upCard } from './card.ts';
import { earlierRpc, kindMethods } from './rpc.ts';
import { withSnapshot } from './snapshot.ts';

/** A2A 0.3.0. Sections are those of its specification. */
export function dialect({ url }: SpokenInterface): Dialect {
  return {
    binding: earlierRpc(url, '0.3', 'kind', {
      ...kindMethods(),
      GetExtendedAgentCard: {
        name: 'agent/getAuthenticatedExtendedCard',
        down: () => undefined,
        up: (result) => (isObject(result) ? upCard(result, url) : result),
      },
    }),
    mediaTypes: [JSON_MEDIA_TYPE],
    headers: (extensions) => (extensions.length > 0 ? { 'X-A2A-Extensions': extensions.join(', ') } : {}),
    rowOf: (kind) => rowIn(ROWS, kind, 0),
    waits: false,
    withSnapshot,
  };
}

const ROWS: { readonly [Kind in DeviationKind]?: Row } = {
  'interface-unavailable': 'A2A03-CARD-003',
  'content-type': 'A2A03-TRANS-002',
  'stream-content-type': 'A2A03-STREAM-001',
  envelope: 'A2A03-RPC-001',
  'error-shape': 'A2A03-RPC-002',
  'wrapped-task': 'A2A03-GET-001',
  'missing-kind': 'A2A03-DM-001',
  'other-spelling': 'A2A03-DM-001',
  'unknown-event': 'A2A03-DM-001',
  'unfinished-event': 'A2A03-STREAM-001',
  'event-after-end': 'A2A03-STREAM-001',
  'stream-left-open': 'A2A03-STREAM-001',
  'not-final': 'A2A03-STREAM-001',
};
