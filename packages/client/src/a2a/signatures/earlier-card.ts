import { isObject } from '../../json.ts';

/**
 * A card of A2A 0.3 as its Python SDK signs it, which leaves out what is at its default (the specification says nothing): each means the
 * same when it is not there. Undefined of a card that is none of 0.3.
 */
export function withoutDefaults(card: { [member: string]: unknown }): { [member: string]: unknown } | undefined {
  if (card['supportedInterfaces'] !== undefined) return undefined;
  const { preferredTransport, protocolVersion, securitySchemes, ...rest } = card;
  return {
    ...rest,
    ...(preferredTransport !== 'JSONRPC' && { preferredTransport }),
    ...(protocolVersion !== '0.3.0' && { protocolVersion }),
    ...(isObject(securitySchemes) && {
      securitySchemes: Object.fromEntries(
        Object.entries(securitySchemes).map(([name, scheme]) => [name, withoutType(scheme)]),
      ),
    }),
  };
}

/** By which member a type is known without being said. */
const KNOWN_BY: { readonly [type: string]: string } = {
  apiKey: 'in',
  http: 'scheme',
  oauth2: 'flows',
  openIdConnect: 'openIdConnectUrl',
};

function withoutType(scheme: unknown): unknown {
  if (!isObject(scheme)) return scheme;
  const { type, ...rest } = scheme;
  return rest[KNOWN_BY[String(type)] ?? ''] === undefined ? scheme : rest;
}
