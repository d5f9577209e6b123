import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { isRecord } from '../../kit/json.ts';
import type { Binding } from '../binding.ts';
import { looseErrorView } from '../error-view.ts';
import { era03, NAMES, refusals03, speakOld } from './0.3.ts';
import type { Era, Operations } from './era.ts';
import { named } from './naming.ts';
import { declaredIn, readCard, saysNoVersion } from './old-card.ts';

/** As 0.3 over JSON-RPC, but for the extended card, which is had by HTTP GET beside the url (7.10). */

const CARD: MethodName = 'GetExtendedAgentCard';
const names: Operations<string> = { ...NAMES, [CARD]: 'agent/authenticatedExtendedCard' };

function withCardBeside(binding: Binding, url: string): Binding {
  const beside = new URL('../agent/authenticatedExtendedCard', url.endsWith('/') ? url : `${url}/`).href;
  return {
    ...binding,
    request(method, params, options = {}) {
      const spec = binding.request(method, params, options);
      if (method !== CARD) return spec;
      const { body: _none, ...rest } = spec;
      return { ...rest, method: 'GET', url: beside, binding: 'card' };
    },
    read(exchange) {
      if (exchange.operation !== CARD) return binding.read(exchange);
      const { status, json } = exchange.response ?? {};
      if (status !== undefined && status >= 400) return { error: looseErrorView(json, status) };
      return isRecord(json) ? { result: readCard(json) } : {};
    },
  };
}

/** Members of its cards that 0.1 has not (5.5). */
const OWN = ['security', 'securitySchemes', 'supportsAuthenticatedExtendedCard'];

export const era02: Era = {
  ...era03,
  id: 'a2a@0.2',
  cards: ['agent.json', 'agent-card.json'],
  bindings: ['JSONRPC'],
  readCard(card, cardUrl, isNamed) {
    const { protocolVersion: version } = card;
    // The version is there since 0.2.5. A card before that may be of 0.1 as well: what only 0.2 has must tell.
    const isOfNone = saysNoVersion(card, isNamed) && (isNamed || OWN.some((name) => name in card));
    const isHere = isNamed || cardUrl.endsWith('/agent.json');
    const isOfThis = typeof version === 'string' && /^0\.2(\.|$)/.test(version);
    const interfaces = declaredIn(card);
    if (interfaces.length === 0 || !(isOfThis || (isOfNone && isHere))) return undefined;
    return { card: readCard(card), interfaces };
  },
  speak: (one, card, tools) =>
    named(withCardBeside(speakOld(one, card, tools, { names }), one.url), card, 'X-A2A-Extensions'),
  refusals: refusals03,
};
