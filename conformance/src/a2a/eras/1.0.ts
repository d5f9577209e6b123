import { A2A_MEDIA_TYPE, CARD_PATH, EXTENSIONS_HEADER, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { isRecord } from '../../kit/json.ts';
import { httpJson, jsonRpc } from '../binding.ts';
import { failsAs } from '../error-view.ts';
import type { AgentInterface, Era } from './era.ts';
import { named } from './naming.ts';

export const era10: Era = {
  id: 'a2a@1.0',
  cards: [CARD_PATH.replace(/^.*\//, '')],
  bindings: ['JSONRPC', 'HTTP+JSON'],
  readCard(card) {
    const interfaces = interfacesOf(card);
    return interfaces.length > 0 ? { card, interfaces } : undefined;
  },
  speak(one, card, { lenience, unique }) {
    const { url, tenant, protocolBinding } = one;
    const mediaType = () => (lenience.knows('A2A10-REST-003', 'HTTP+JSON') ? JSON_MEDIA_TYPE : A2A_MEDIA_TYPE);
    const binding = protocolBinding === 'HTTP+JSON' ? httpJson(url, tenant, mediaType) : jsonRpc(url, tenant, unique);
    return named(binding, card, EXTENSIONS_HEADER);
  },
  owed: (methods) => methods,
  reads: () => undefined,
  extensionsHeader: EXTENSIONS_HEADER,
  version: [['A2A-Version', '1.0']],
  scriptIn: 'part',
  namesArtifacts: true,
  refusals: {
    endedTask: failsAs('UnsupportedOperationError'),
    noStreaming: failsAs('UnsupportedOperationError'),
    noPush: failsAs('PushNotificationNotSupportedError'),
    noExtendedCard: failsAs('UnsupportedOperationError'),
    requiredExtension: failsAs('ExtensionSupportRequiredError'),
    tellsEnded: true,
  },
  allows: () => [],
};

/** The card's well-shaped interfaces of protocol version 1.0; a patch number does not count (3.6). */
export function interfacesOf(card: Record<string, unknown>): AgentInterface[] {
  const all = Array.isArray(card.supportedInterfaces) ? card.supportedInterfaces : [];
  return all.flatMap((entry) => {
    if (!isRecord(entry)) return [];
    const { url, protocolBinding, protocolVersion, tenant } = entry;
    if (
      typeof url !== 'string' ||
      !URL.canParse(url) ||
      typeof protocolBinding !== 'string' ||
      typeof protocolVersion !== 'string'
    )
      return [];
    if (!/^1\.0(\.|$)/.test(protocolVersion)) return [];
    return [
      {
        url,
        protocolBinding,
        protocolVersion,
        tenant: typeof tenant === 'string' && tenant !== '' ? tenant : undefined,
      },
    ];
  });
}
