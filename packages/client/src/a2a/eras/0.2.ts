import { type AgentCard, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { isObject } from '../../json.ts';
import type { Binding } from '../binding.ts';
import type { Dialect, SpokenInterface } from '../dialect.ts';
import { extensionsHeader, rowOf } from './0.3.ts';
import { upCard } from './card.ts';
import { earlierRpc, kindMethods } from './rpc.ts';
import { withSnapshot } from './snapshot.ts';

/** A2A 0.2: as 0.3 over JSON-RPC, but for what its earlier patches lack, and the extended card. Sections are those of 0.2.6. */
export function dialect({ url, protocolVersion }: SpokenInterface, { defaultOutputModes }: AgentCard): Dialect {
  const methods = kindMethods(defaultOutputModes);
  // A card had to say its version from 0.2.5 on, which also brought these two.
  if (Number(protocolVersion.split('.')[2] ?? 0) < 5) {
    delete methods.ListTaskPushNotificationConfigs;
    delete methods.DeleteTaskPushNotificationConfig;
  }
  return {
    binding: withExtendedCard(url, earlierRpc(url, protocolVersion, 'kind', methods)),
    mediaTypes: [JSON_MEDIA_TYPE],
    headers: extensionsHeader,
    rowOf: rowOf(0),
    waits: false,
    withSnapshot,
  };
}

/** §7.10: not over JSON-RPC, but beside it. */
function withExtendedCard(url: string, rpc: Binding): Binding {
  const beside = new URL(url);
  beside.pathname = `${beside.pathname.replace(/\/+$/, '')}/../agent/authenticatedExtendedCard`;
  const result = (card: unknown) => (isObject(card) ? upCard(card, url, '0.2') : card);
  return (name, params) =>
    name === 'GetExtendedAgentCard'
      ? [{ method: 'GET', url: beside.href, mediaType: JSON_MEDIA_TYPE, result }]
      : rpc(name, params);
}
