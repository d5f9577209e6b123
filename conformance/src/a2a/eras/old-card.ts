import { isRecord } from '../../kit/json.ts';
import type { AgentInterface } from './era.ts';

/** Cards of 0.2 and 0.3 in the words of 1.0, as far as plays look at them. */

type Json = Record<string, unknown>;

const text = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * A card of A2A that says no version, as some did before 0.3. All of them owe `capabilities`; others who publish a card at the
 * same place (DCAF) have none, and are taken for A2A only where the user has `named` it.
 */
export const saysNoVersion = ({ protocolVersion, capabilities }: Json, named: boolean): boolean =>
  protocolVersion === undefined && (named || isRecord(capabilities));

/** `url` with its transport, then `additionalInterfaces`: each once, in the order in which a client would choose. */
export function declaredIn(card: Json): AgentInterface[] {
  const { url, preferredTransport, protocolVersion, additionalInterfaces } = card;
  const version = text(protocolVersion) ? protocolVersion : '0.3.0';
  const main = { url, transport: text(preferredTransport) ? preferredTransport : 'JSONRPC' };
  const more: unknown[] = Array.isArray(additionalInterfaces) ? additionalInterfaces : [];
  const all = [main, ...more].flatMap((one) =>
    isRecord(one) && text(one.url) && text(one.transport) && URL.canParse(one.url)
      ? [{ url: one.url, protocolBinding: one.transport, protocolVersion: version }]
      : [],
  );
  const bare = (address: string) => address.replace(/\/$/, '');
  return all.filter(
    (one, index) =>
      all.findIndex((other) => other.protocolBinding === one.protocolBinding && bare(other.url) === bare(one.url)) ===
      index,
  );
}

const SCHEMES: Record<string, string> = {
  apiKey: 'apiKeySecurityScheme',
  http: 'httpAuthSecurityScheme',
  oauth2: 'oauth2SecurityScheme',
  openIdConnect: 'openIdConnectSecurityScheme',
  mutualTLS: 'mtlsSecurityScheme',
};

/** What it demands and offers, under the names of 1.0; its own members stay beside them. */
export function readCard(card: Json): Json {
  const { securitySchemes, security, capabilities, supportsAuthenticatedExtendedCard: extended } = card;
  const schemes = isRecord(securitySchemes)
    ? Object.fromEntries(
        Object.entries(securitySchemes).map(([name, scheme]) => {
          const { type, in: location, ...rest } = isRecord(scheme) ? scheme : {};
          const own = SCHEMES[String(type)];
          return [name, own ? { [own]: { ...rest, ...(location === undefined ? {} : { location }) } } : scheme];
        }),
      )
    : undefined;
  const demands = Array.isArray(security)
    ? security.map((one) =>
        isRecord(one)
          ? { schemes: Object.fromEntries(Object.entries(one).map(([name, list]) => [name, { list }])) }
          : one,
      )
    : undefined;
  return {
    ...card,
    supportedInterfaces: declaredIn(card),
    capabilities: { ...(isRecord(capabilities) ? capabilities : {}), extendedAgentCard: extended === true },
    ...(schemes && { securitySchemes: schemes }),
    ...(demands && { securityRequirements: demands }),
  };
}

/** What a client says that it takes: all that the card offers. */
export function modesOf({ defaultOutputModes }: Json): string[] {
  const offered = Array.isArray(defaultOutputModes) ? defaultOutputModes.filter((mode) => text(mode)) : [];
  return [...new Set(['text/plain', 'application/json', ...offered])];
}
