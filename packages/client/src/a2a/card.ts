import { type AgentCard, CARD_PATH } from '@agentproto/protocol/a2a/1.0';
import { type ClientError, DiscoveryError, InvalidInputError, isAgentProtoError } from '../errors.ts';
import type { BindingName } from './binding.ts';
import { type A2AVersion, SPOKEN, type SpokenInterface, versionOf } from './dialect.ts';
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

/**
 * Reads the first card that is there and offers what is spoken. `read` fetches one url, `choose` gives the interfaces that are spoken,
 * or throws. A card that offers nothing of it is the answer only where no other place has one that does.
 */
export async function findCard<Found>(
  given: string,
  read: (url: string) => Promise<AgentCard>,
  choose: (found: FoundCard) => Found,
): Promise<Found> {
  const tried: string[] = [];
  let unspoken: { error: unknown } | undefined;
  let cause: unknown;
  for (const url of cardUrls(given)) {
    try {
      const card = await read(url);
      try {
        return choose({ card, url });
      } catch (error) {
        unspoken ??= { error };
      }
    } catch (error) {
      if (!isElsewhere(error)) {
        if (unspoken) break;
        throw error;
      }
      const { origin, pathname } = new URL(url);
      tried.push(
        `${origin}${pathname} (${isAgentProtoError(error, 'HTTP_STATUS') ? `HTTP ${error.status}` : error.message})`,
      );
      cause = error;
    }
  }
  if (unspoken) throw unspoken.error;
  throw new DiscoveryError(`no A2A agent card; tried ${tried.join(', ')}`, { cause });
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

/** What is left of the names that agents use: `jsonrpc`, `JSON-RPC`, `http+json`, `REST` … */
const PLAIN_NAMES: { readonly [name: string]: BindingName } = {
  JSONRPC: 'JSONRPC',
  HTTPJSON: 'HTTP+JSON',
  REST: 'HTTP+JSON',
};

/** An interface that is spoken, and what its offer does otherwise than the specification says. */
export interface Candidate {
  spoken: SpokenInterface;
  deviations: Parameters<Report>[];
}

/**
 * §8.3.2: the interfaces, in the agent's order, whose binding and version are among the `wanted`. An https card cannot send its
 * readers, and their credentials, to plain http. Throws where there are less than `atLeast`.
 */
export function candidatesOf({ card, url }: FoundCard, wanted: Wanted, atLeast = 1): Candidate[] {
  const offers: string[] = [];
  const candidates: Candidate[] = [];
  for (const offer of (card.supportedInterfaces ?? []).filter(Boolean)) {
    const { protocolBinding: name, protocolVersion } = offer;
    const protocolBinding =
      PLAIN_NAMES[
        String(name)
          .toUpperCase()
          .replace(/[^A-Z]/g, '')
      ];
    const version = versionOf(protocolVersion);
    const target = URL.parse(offer.url, url);
    const fault = !protocolBinding
      ? ''
      : !target
        ? ' at no url'
        : !/^https?:$/.test(target.protocol)
          ? ` at ${target.protocol}, which is not http or https`
          : url.startsWith('https:') && target.protocol === 'http:'
            ? ' over plain http'
            : '';
    offers.push(`${name} ${protocolVersion}${fault}`);
    if (!protocolBinding || !version || !target || fault || !wanted[version]?.includes(protocolBinding)) continue;
    const deviations: Candidate['deviations'] = [];
    if (protocolBinding !== name)
      deviations.push(['binding-name', `card: expected ${protocolBinding}, got ${name} (§5.8)`]);
    if (!URL.canParse(offer.url))
      deviations.push(['relative-url', `card: expected an absolute url, got ${offer.url} (§4.4.6)`]);
    if (url.includes(OLD_CARD_PATH) && (version === '1.0' || version === '0.3'))
      deviations.push(['card-path', `card: expected it at ${CARD_PATH}, got ${OLD_CARD_PATH}`]);
    candidates.push({ spoken: { ...offer, protocolBinding, url: target.href }, deviations });
  }
  if (candidates.length >= atLeast) return candidates;
  const spoken = Object.entries(wanted).flatMap(([version, names]) => names.map((name) => `${name} ${version}`));
  throw new DiscoveryError(
    `the card offers ${offers.join(', ') || 'no interface'}; this client speaks ${spoken.join(', ')} over http or https`,
  );
}

/** The bindings that shall be spoken, by version. */
export type Wanted = { readonly [Version in A2AVersion]?: readonly BindingName[] };

/** @throws InvalidInputError where nothing is left. */
export function wantedOf(binding: BindingName | undefined, version: A2AVersion | undefined): Wanted {
  const versions = Object.keys(SPOKEN) as A2AVersion[];
  const of = version === undefined ? versions : versions.filter((each) => each === version);
  if (of.length === 0) throw new InvalidInputError(`version: expected ${versions.join(' or ')}, got ${version}`);
  const names = [...new Set(of.flatMap((each) => SPOKEN[each]!))];
  if (binding !== undefined && !names.includes(binding))
    throw new InvalidInputError(
      `binding: expected ${names.join(' or ')}${version ? ` in A2A ${version}` : ''}, got ${binding}`,
    );
  return Object.fromEntries(
    of.map((each) => [each, SPOKEN[each]!.filter((name) => binding === undefined || name === binding)]),
  );
}

function parseUrl(given: string): URL {
  const url = URL.parse(given);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new InvalidInputError(`url: expected an http or https url, got ${url ? url.protocol : JSON.stringify(given)}`);
}
