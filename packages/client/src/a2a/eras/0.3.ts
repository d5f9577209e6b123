import { type AgentCard, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { type DeviationKind, type Row, rowIn, type RowOf } from '../deviation.ts';
import type { Dialect, SpokenInterface } from '../dialect.ts';
import { isObject } from '../../json.ts';
import { upCard } from './card.ts';
import { earlierRest } from './rest.ts';
import { earlierRpc, kindMethods, type RpcMethod } from './rpc.ts';
import { withSnapshot } from './snapshot.ts';

/** A2A 0.3.0. Sections are those of its specification. */
export function dialect({ url, protocolBinding }: SpokenInterface, { defaultOutputModes }: AgentCard): Dialect {
  const overRpc = protocolBinding === 'JSONRPC';
  const methods = { ...kindMethods(defaultOutputModes), GetExtendedAgentCard };
  return {
    binding: overRpc ? earlierRpc(url, '0.3', 'kind', methods) : earlierRest(url),
    mediaTypes: [JSON_MEDIA_TYPE],
    headers: extensionsHeader,
    rowOf: rowOf(overRpc ? 0 : 1),
    waits: false,
    withSnapshot,
  };
}

const GetExtendedAgentCard: RpcMethod = {
  name: 'agent/getAuthenticatedExtendedCard',
  down: () => undefined,
  up: (result) => (isObject(result) ? upCard(result, '') : result),
};

export function extensionsHeader(extensions: readonly string[]): { [name: string]: string } {
  return extensions.length > 0 ? { 'X-A2A-Extensions': extensions.join(', ') } : {};
}

export function rowOf(binding: 0 | 1): RowOf {
  return (kind) => rowIn(ROWS, kind, binding);
}

/** A pair: over JSON-RPC, over HTTP+JSON, whose form nobody agrees on (§3.2.3). */
export const ROWS: { readonly [Kind in DeviationKind]?: Row } = {
  'card-path': 'A2A03-CARD-001',
  'interface-unavailable': 'A2A03-CARD-003',
  'content-type': 'A2A03-TRANS-002',
  'stream-content-type': 'A2A03-STREAM-001',
  envelope: 'A2A03-RPC-001',
  'error-shape': ['A2A03-RPC-002', 'A2A03-TRANS-006'],
  'wrapped-task': ['A2A03-GET-001', undefined],
  'missing-kind': ['A2A03-DM-001', undefined],
  'other-spelling': ['A2A03-DM-002', undefined],
  'unknown-event': ['A2A03-STREAM-003', 'A2A03-STREAM-017'],
  'event-prefix': ['A2A03-STREAM-003', 'A2A03-STREAM-017'],
  'plain-message': 'A2A03-DM-004',
  'unfinished-event': 'A2A03-STREAM-001',
  'not-final': 'A2A03-STREAM-004',
  'event-after-end': 'A2A03-STREAM-004',
  'stream-left-open': 'A2A03-STREAM-005',
  'other-context': 'A2A03-STREAM-007',
  'append-without-artifact': 'A2A03-STREAM-011',
  'not-waited': 'A2A03-SEND-006',
};
