import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import type { SuiteFamily } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import { A2AAgent } from './agent.ts';
import { httpJson, jsonRpc } from './binding.ts';
import { BINDINGS, detect, type DetectedA2A } from './detect.ts';
import { invariants } from './invariants/index.ts';
import { scenarios } from './scenarios/index.ts';

export const a2a10: SuiteFamily<A2AAgent, DetectedA2A> = {
  id: 'a2a@1.0',
  patch: '1.0.1',
  spoken: 'A2A10-CARD-001',
  bindings: BINDINGS,
  sideBinding: 'card',
  scenarios,
  smoke: [
    'a2a/card/published',
    'a2a/send/task',
    'a2a/send/whole-task',
    'a2a/send/message',
    'a2a/stream/task',
    'a2a/stream/message',
    'a2a/get/unknown',
    'a2a/error/table',
    'a2a/error/message-text',
    'a2a/json-rpc/malformed',
    'a2a/json-rpc/methods',
    'a2a/rest/malformed',
  ],
  invariants,
  causes: ['A2A10-DM-008', 'A2A10-SEND-006', 'RPC', 'REST', 'CARD', 'DM', 'VER'],
  detect,
  credentials({ card }) {
    const schemes = isRecord(card.securitySchemes) ? Object.entries(card.securitySchemes) : [];
    if (schemes.length === 0) return undefined;
    const named = schemes.map(
      ([name, scheme]) => `\`${name}\` (${isRecord(scheme) ? Object.keys(scheme).join(', ') : '?'})`,
    );
    return `the security scheme ${named.join(' or ')}`;
  },
  driver(found, binding, tools) {
    // Things beside the message bindings (the card) are looked at with the preferred interface at hand.
    const chosen = found.interfaces.find((one) => one.protocolBinding === binding) ?? found.interfaces[0]!;
    const { url, tenant } = chosen;
    const mediaType = () => (tools.lenience.knows('A2A10-REST-003', 'HTTP+JSON') ? JSON_MEDIA_TYPE : A2A_MEDIA_TYPE);
    const spoken =
      chosen.protocolBinding === 'HTTP+JSON' ? httpJson(url, tenant, mediaType) : jsonRpc(url, tenant, tools.unique);
    return new A2AAgent(
      { binding: spoken, interfaces: found.interfaces, card: found.card, cardUrl: found.cardUrl },
      tools,
    );
  },
};
