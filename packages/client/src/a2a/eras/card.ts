import type { AgentCard } from '@agentproto/protocol/a2a/1.0';
import { isObject, type Json } from '../../json.ts';
import { keepRaw } from '../raw.ts';
import { present } from './present.ts';

/**
 * A card of an earlier revision, found at `url`, in the members of 1.0. A card for both keeps its own, and offers what its older
 * members offer after what its newer ones do.
 */
export function upCard(card: Json, url: string, spoken?: string): AgentCard {
  const { supportedInterfaces } = card;
  const offered = offersOf(card, versionsOf(card, url, spoken));
  if (Array.isArray(supportedInterfaces)) {
    const further = offered.filter((offer) => !supportedInterfaces.some((other) => isSame(offer, other)));
    return keepRaw({ ...card, supportedInterfaces: [...supportedInterfaces, ...further] } as never, card);
  }
  const {
    url: _url,
    preferredTransport: _transport,
    additionalInterfaces: _interfaces,
    protocolVersion: _version,
    supportsAuthenticatedExtendedCard: extended,
    authentication,
    capabilities,
    securitySchemes,
    security,
    skills,
    ...rest
  } = present(card);
  const schemes = {
    ...mapValues(securitySchemes, upScheme),
    ...Object.fromEntries(
      plainSchemes(authentication).map((scheme) => [scheme, { httpAuthSecurityScheme: { scheme } }]),
    ),
  };
  const needed = security ?? plainSchemes(authentication).map((scheme) => ({ [scheme]: [] }));
  return keepRaw(
    {
      // What 1.0 requires, and an earlier revision may leave out.
      description: '',
      version: '',
      defaultInputModes: ['text'],
      defaultOutputModes: ['text'],
      ...rest,
      supportedInterfaces: offered,
      capabilities: {
        ...(isObject(capabilities) && capabilities),
        ...(extended === true && { extendedAgentCard: true }),
      },
      ...(Object.keys(schemes).length > 0 && { securitySchemes: schemes }),
      ...(listOf(needed).length > 0 && { securityRequirements: listOf(needed).map(upRequirement) }),
      skills: listOf(skills).map(upSkill),
    } as never,
    card,
  );
}

interface Offer {
  url: unknown;
  protocolBinding: string;
  protocolVersion: string;
}

/** The main interface first, and then the others; one whose revision cannot be told is offered as each that it may be. */
function offersOf(card: Json, versions: readonly string[]): Offer[] {
  const main = { url: card['url'], transport: card['preferredTransport'] ?? 'JSONRPC' };
  const interfaces = [main, ...listOf(card['additionalInterfaces']).filter(isObject)];
  const offers = interfaces.flatMap((each) =>
    versions.map((protocolVersion) => ({
      url: each['url'],
      protocolBinding: String(each['transport']),
      protocolVersion,
    })),
  );
  return offers.filter((offer, index) => offers.findIndex((other) => isSame(offer, other)) === index);
}

function isSame(one: Offer, other: Offer): boolean {
  return (
    one.url === other.url &&
    one.protocolBinding === other.protocolBinding &&
    minor(one.protocolVersion) === minor(other.protocolVersion)
  );
}

function minor(version: string): string {
  return String(version).split('.').slice(0, 2).join('.');
}

/** What only cards from 0.2.0 on have (0.2.0 to 0.2.4 did not say their version). */
const SINCE_0_2 = [
  'securitySchemes',
  'security',
  'supportsAuthenticatedExtendedCard',
  'preferredTransport',
  'additionalInterfaces',
  'iconUrl',
];

/** What the card says, or else what is `spoken` to who gave it, or what its members and its place can only mean. */
function versionsOf(card: Json, url: string, spoken: string | undefined): string[] {
  const { protocolVersion } = card;
  if (typeof protocolVersion === 'string' && protocolVersion !== '') return [protocolVersion];
  if (spoken) return [spoken];
  if (card['authentication'] !== undefined) return ['0.1'];
  if (!url.includes('/.well-known/agent.json')) return ['0.3'];
  return SINCE_0_2.some((member) => card[member] !== undefined) ? ['0.2'] : ['0.2', '0.1'];
}

/** The members of an OpenAPI security scheme, in the one that 1.0 has for its type. */
const SCHEMES: { readonly [type: string]: string } = {
  apiKey: 'apiKeySecurityScheme',
  http: 'httpAuthSecurityScheme',
  oauth2: 'oauth2SecurityScheme',
  openIdConnect: 'openIdConnectSecurityScheme',
  mutualTLS: 'mtlsSecurityScheme',
};

function upScheme(given: unknown): unknown {
  if (!isObject(given)) return given;
  const { type, in: location, ...rest } = given;
  const member = SCHEMES[String(type)];
  return member ? { [member]: { ...rest, ...(location !== undefined && { location }) } } : given;
}

/** `{ name: scopes }`; ProtoJSON of 0.3 has `schemes` already. */
function upRequirement(given: unknown): unknown {
  if (!isObject(given) || isObject(given['schemes'])) return given;
  return { schemes: mapValues(given, (scopes) => ({ list: listOf(scopes) })) };
}

function upSkill(given: unknown): unknown {
  if (!isObject(given)) return given;
  const { security, ...rest } = present(given);
  return {
    description: '',
    tags: [],
    ...rest,
    ...(security !== undefined && { securityRequirements: listOf(security).map(upRequirement) }),
  };
}

/** The schemes that a card of 0.1 names: `Bearer`, `Basic` … */
function plainSchemes(authentication: unknown): string[] {
  const { schemes } = isObject(authentication) ? authentication : {};
  return listOf(schemes).filter((scheme) => typeof scheme === 'string');
}

function mapValues(given: unknown, map: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(isObject(given) ? given : {}).map(([name, value]) => [name, map(value)]));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
