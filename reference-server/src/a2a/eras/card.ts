import type {
  AgentCard,
  AgentSkill,
  OAuthFlows,
  SecurityRequirement,
  SecurityScheme,
} from '@agentproto/protocol/a2a/1.0';
import type { Fields } from './era.ts';

/** A card of 1.0 in the words of the revisions before it; `main` is where it is reached first, if not at the first interface. */

export function kindCard(card: AgentCard, protocolVersion: string, main?: string): object {
  const { supportedInterfaces, securitySchemes, securityRequirements, capabilities, skills, ...rest } = card;
  const { extendedAgentCard, ...declared } = capabilities;
  const [first] = supportedInterfaces;
  return {
    protocolVersion,
    ...rest,
    ...reached(card, main),
    ...(main === undefined && {
      additionalInterfaces: supportedInterfaces.map(({ url, protocolBinding: transport }) => ({ url, transport })),
    }),
    preferredTransport: main === undefined ? first?.protocolBinding : 'JSONRPC',
    capabilities: { ...declared, stateTransitionHistory: false },
    ...(securitySchemes && { securitySchemes: mapValues(securitySchemes, kindScheme) }),
    ...(securityRequirements && { security: securityRequirements.map(kindSecurity) }),
    skills: skills.map(kindSkill),
    supportsAuthenticatedExtendedCard: extendedAgentCard ?? false,
  };
}

const reached = ({ supportedInterfaces: [first] }: AgentCard, main?: string) => ({ url: main ?? first?.url });

const kindSkill = ({ securityRequirements, ...skill }: AgentSkill): object => ({
  ...skill,
  ...(securityRequirements && { security: securityRequirements.map(kindSecurity) }),
});

const kindSecurity = ({ schemes = {} }: SecurityRequirement): object => mapValues(schemes, ({ list = [] }) => list);

/** As OpenAPI says it. */
function kindScheme(scheme: SecurityScheme): object {
  const {
    apiKeySecurityScheme: apiKey,
    httpAuthSecurityScheme: http,
    oauth2SecurityScheme: oauth2,
    openIdConnectSecurityScheme: openIdConnect,
    mtlsSecurityScheme: mutualTLS,
  } = scheme;
  if (apiKey) {
    const { location, ...rest } = apiKey;
    return { type: 'apiKey', in: location, ...rest };
  }
  if (http) return { type: 'http', ...http };
  if (oauth2) return { type: 'oauth2', ...oauth2, flows: flowsOf(oauth2.flows) };
  if (openIdConnect) return { type: 'openIdConnect', ...openIdConnect };
  return mutualTLS ? { type: 'mutualTLS', ...mutualTLS } : scheme;
}

/** A flow that came with 1.0 has no words here. */
const flowsOf = ({ deviceCode: _later, ...flows }: OAuthFlows): object => flows;

/** The card as HTTP+JSON of 0.3 has it: only members that the proto has. */
export function protoCard(card: AgentCard, protocolVersion: string): object {
  const {
    capabilities: { streaming, pushNotifications, extensions },
    securitySchemes,
    securityRequirements,
    skills,
  } = card;
  const { capabilities: _capabilities, security: _security, ...rest } = kindCard(card, protocolVersion) as Fields;
  return {
    ...rest,
    capabilities: { streaming, pushNotifications, extensions },
    ...(securitySchemes && {
      securitySchemes: mapValues(securitySchemes, (scheme) =>
        scheme.oauth2SecurityScheme
          ? {
              oauth2SecurityScheme: {
                ...scheme.oauth2SecurityScheme,
                flows: flowsOf(scheme.oauth2SecurityScheme.flows),
              },
            }
          : scheme,
      ),
    }),
    ...(securityRequirements && { security: securityRequirements }),
    skills: skills.map(({ securityRequirements: security, ...skill }) => ({ ...skill, security })),
  };
}

export function sendCard(card: AgentCard, main?: string): object {
  const { name, description, provider, version, documentationUrl, capabilities, securitySchemes, skills } = card;
  const { streaming = false, pushNotifications = false } = capabilities;
  return {
    name,
    description,
    ...reached(card, main),
    provider,
    version,
    documentationUrl,
    capabilities: { streaming, pushNotifications, stateTransitionHistory: false },
    ...(securitySchemes && { authentication: { schemes: Object.values(securitySchemes).map(schemeName) } }),
    defaultInputModes: card.defaultInputModes,
    defaultOutputModes: card.defaultOutputModes,
    skills: skills.map(({ id, name: called, description: does, tags, examples, inputModes, outputModes }) => ({
      id,
      name: called,
      description: does,
      tags,
      examples,
      inputModes,
      outputModes,
    })),
  };
}

/** Schemes are texts, by the names that HTTP and OpenAPI have for them (§5.5.3). */
function schemeName(scheme: SecurityScheme): string {
  if (scheme.httpAuthSecurityScheme) return scheme.httpAuthSecurityScheme.scheme;
  return String((kindScheme(scheme) as Fields)['type'] ?? 'unknown');
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
