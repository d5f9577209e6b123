import type { Exchange } from '@agentproto/recording';
import { isRecord } from '../kit/json.ts';

/** Answers to these name the addresses of an agent: a client that read them unchanged would go around the proxy. */
const CARD_PATH = /\/(?:agent-card\.json|agent\.json|extendedAgentCard|card)$/;
const CARD_METHODS = new Set(['GetExtendedAgentCard', 'agent/getAuthenticatedExtendedCard']);

/** Whether a request asks for the card of an agent, as A2A of any revision and binding does. */
export function asksForCard({ request }: Exchange): boolean {
  if (request.method === 'GET') return CARD_PATH.test(URL.parse(request.url)?.pathname ?? '');
  if (request.method !== 'POST' || !request.body || !('text' in request.body)) return false;
  const [, method = ''] = /"method"\s*:\s*"([^"]*)"/.exec(request.body.text) ?? [];
  return CARD_METHODS.has(method);
}

/**
 * The card with the addresses of one origin at another, or undefined where it names none. Signatures are left out: they
 * are of another text, and a client would be right not to believe it.
 */
export function movedCard(json: unknown, from: string, to: string): unknown {
  let isMoved = false;
  const move = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (value !== from && !value.startsWith(`${from}/`)) return value;
      isMoved = true;
      return to + value.slice(from.length);
    }
    if (Array.isArray(value)) return value.map(move);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, move(member)]));
  };
  const unsigned = (value: unknown): unknown => {
    if (!isRecord(value)) return value;
    const { signatures: _signatures, result, ...rest } = value;
    return { ...rest, ...(result !== undefined && { result: unsigned(result) }) };
  };
  const moved = move(json);
  return isMoved ? unsigned(moved) : undefined;
}
