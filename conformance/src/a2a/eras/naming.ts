import type { Binding } from '../binding.ts';
import { extensionsOf } from '../extensions.ts';

/**
 * With the card's required extensions in every request that says nothing else of extensions: who does not name a required one
 * is refused.
 */
export function named(binding: Binding, card: Record<string, unknown>, header: string): Binding {
  const uris = extensionsOf(card).flatMap(({ uri, required }) => (required ? [uri] : []));
  if (uris.length === 0) return binding;
  return {
    ...binding,
    request(method, params, options = {}) {
      const { headers = [] } = options;
      const says = headers.some(([name]) => name.toLowerCase() === header.toLowerCase());
      return binding.request(method, params, {
        ...options,
        headers: says ? headers : [...headers, [header, uris.join(',')]],
      });
    },
  };
}
