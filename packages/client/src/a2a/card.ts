import { type AgentCard, type AgentInterface, CARD_PATH } from '@agentproto/protocol/a2a/1.0';
import { type ClientError, DiscoveryError, InvalidInputError, isAgentProtoError } from '../errors.ts';
import type { BindingName } from './binding.ts';
import type { Report } from './deviation.ts';

export interface FoundCard {
  card: AgentCard;
  /** Where it was. */
  url: string;
}

/** Where agents had their card up to A2A 0.2, and some still have it. */
const OLD_CARD_PATH = '/.well-known/agent.json';

/**
 * The places to look, in order: below the given path, then at the origin (§8.2), then the same with the path of A2A 0.2; or just
 * the card's own url.
 */
export function cardUrls(given: string): string[] {
  const url = parseUrl(given);
  if (url.pathname.endsWith('.json')) return [url.href];
  const places = [CARD_PATH, OLD_CARD_PATH].flatMap((path) => {
    const below = new URL(url);
    below.pathname = url.pathname.replace(/\/*$/, path);
    return [below.href, new URL(path, url).href];
  });
  return [...new Set(places)];
}

/** Reads the first card that is there. `read` fetches one url. */
export async function findCard(
  given: string,
  read: (url: string) => Promise<AgentCard>,
  report: Report,
): Promise<FoundCard> {
  const tried: string[] = [];
  let cause: unknown;
  for (const url of cardUrls(given)) {
    try {
      const card = await read(url);
      if (url.includes(OLD_CARD_PATH)) report('card-path', `card: expected it at ${CARD_PATH}, got ${OLD_CARD_PATH}`);
      return { card, url };
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      const { origin, pathname } = new URL(url);
      tried.push(
        `${origin}${pathname} (${isAgentProtoError(error, 'HTTP_STATUS') ? `HTTP ${error.status}` : error.message})`,
      );
      cause = error;
    }
  }
  throw new DiscoveryError(`no A2A 1.0 agent card; tried ${tried.join(', ')}`, { cause });
}

/** Whether the next place is worth a look: not when the server is away, overloaded, or wants credentials. */
function isElsewhere(error: unknown): error is ClientError {
  if (isAgentProtoError(error, 'MALFORMED_RESPONSE') || isAgentProtoError(error, 'REDIRECTED')) return true;
  return (
    isAgentProtoError(error, 'HTTP_STATUS') &&
    !error.retryable &&
    ![401, 403].includes(error.status) &&
    error.status < 500
  );
}

export const BINDINGS = ['JSONRPC', 'HTTP+JSON'] as const satisfies BindingName[];

/** What is left of the names that agents use: `jsonrpc`, `JSON-RPC`, `http+json`, `REST` … */
const PLAIN_NAMES: { readonly [name: string]: BindingName } = {
  JSONRPC: 'JSONRPC',
  HTTPJSON: 'HTTP+JSON',
  REST: 'HTTP+JSON',
};

/**
 * §8.3.2: the first interface, in the agent's order, whose binding and version we speak; the patch part of a version does
 * not count (§3.6). An https card cannot send its readers, and their credentials, to plain http.
 */
export function chooseInterface(
  { card, url }: FoundCard,
  bindings: readonly BindingName[],
  report: Report,
): AgentInterface & { protocolBinding: BindingName } {
  const offers: string[] = [];
  for (const offer of (card.supportedInterfaces ?? []).filter(Boolean)) {
    const { protocolBinding: name, protocolVersion } = offer;
    const protocolBinding =
      PLAIN_NAMES[
        String(name)
          .toUpperCase()
          .replace(/[^A-Z]/g, '')
      ];
    const target = URL.parse(offer.url, url);
    const fault = !target
      ? ' at no url'
      : !/^https?:$/.test(target.protocol)
        ? ` at ${target.protocol}, which is not http or https`
        : url.startsWith('https:') && target.protocol === 'http:'
          ? ' over plain http'
          : '';
    offers.push(`${name} ${protocolVersion}${fault}`);
    const spoken = protocolBinding && bindings.includes(protocolBinding) && /^1\.0(\.\d+)*$/.test(protocolVersion);
    if (!spoken || !target || fault) continue;
    if (protocolBinding !== name) report('binding-name', `card: expected ${protocolBinding}, got ${name} (§5.8)`);
    if (!URL.canParse(offer.url)) report('relative-url', `card: expected an absolute url, got ${offer.url} (§4.4.6)`);
    return { ...offer, protocolBinding, url: target.href };
  }
  throw new DiscoveryError(
    `the card offers ${offers.join(', ') || 'no interface'}; this client speaks ${bindings.map((name) => `${name} 1.0`).join(', ')} over http or https`,
  );
}

function parseUrl(given: string): URL {
  const url = URL.parse(given);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new InvalidInputError(`url: expected an http or https url, got ${url ? url.protocol : JSON.stringify(given)}`);
}
