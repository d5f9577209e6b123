import { A2A_MEDIA_TYPE, EXTENSIONS_HEADER, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import type { DriverTools } from '../kit/family.ts';
import { httpJson, jsonRpc, type Binding } from './binding.ts';
import type { AgentInterface } from './detect.ts';
import { extensionsOf } from './extensions.ts';

/** How an interface of the card is spoken to: as a client does that keeps to the card, and knows what the run has learnt. */
export function speaker(one: AgentInterface, card: Record<string, unknown>, tools: DriverTools): Binding {
  const { url, tenant, protocolBinding } = one;
  const mediaType = () => (tools.lenience.knows('A2A10-REST-003', 'HTTP+JSON') ? JSON_MEDIA_TYPE : A2A_MEDIA_TYPE);
  const binding =
    protocolBinding === 'HTTP+JSON' ? httpJson(url, tenant, mediaType) : jsonRpc(url, tenant, tools.unique);
  const required = extensionsOf(card).flatMap(({ uri, required: isRequired }) => (isRequired ? [uri] : []));
  return required.length > 0 ? naming(binding, required) : binding;
}

/** With these extensions in every request that says nothing else of extensions: who does not name a required one is refused (3.3.4). */
function naming(binding: Binding, uris: readonly string[]): Binding {
  return {
    ...binding,
    request(method, params, options = {}) {
      const { headers = [] } = options;
      const says = headers.some(([name]) => name.toLowerCase() === EXTENSIONS_HEADER.toLowerCase());
      return binding.request(method, params, {
        ...options,
        headers: says ? headers : [...headers, [EXTENSIONS_HEADER, uris.join(',')]],
      });
    },
  };
}
