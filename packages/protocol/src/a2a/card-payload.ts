import { canonicalJson } from '../jcs.ts';
import type { AgentCard } from '../generated/a2a/1.0/models.ts';

/** A message as far as its members are left out at their defaults. */
interface Shape {
  /** Members that are neither REQUIRED nor `optional`, and no messages: at their default they are as good as absent. */
  implicit?: readonly string[];
  /** Members that are messages, or lists of them. */
  within?: Readonly<Record<string, Shape>>;
  /** It is a map: the shape of its values. */
  values?: Shape;
}

const REQUIREMENT: Shape = { implicit: ['schemes'], within: { schemes: { values: { implicit: ['list'] } } } };
const FLOW: Shape = { implicit: ['refreshUrl', 'pkceRequired'] };
/** The deprecated flows have no REQUIRED member. */
const OLD_FLOW: Shape = { implicit: ['authorizationUrl', 'tokenUrl', 'refreshUrl', 'scopes'] };
const DESCRIBED: Shape = { implicit: ['description'] };
const SCHEME: Shape = {
  within: {
    apiKeySecurityScheme: DESCRIBED,
    httpAuthSecurityScheme: { implicit: ['description', 'bearerFormat'] },
    oauth2SecurityScheme: {
      implicit: ['description', 'oauth2MetadataUrl'],
      within: {
        flows: {
          within: {
            authorizationCode: FLOW,
            clientCredentials: FLOW,
            deviceCode: FLOW,
            implicit: OLD_FLOW,
            password: OLD_FLOW,
          },
        },
      },
    },
    openIdConnectSecurityScheme: DESCRIBED,
    mtlsSecurityScheme: DESCRIBED,
  },
};
const CARD: Shape = {
  implicit: ['securitySchemes', 'securityRequirements'],
  within: {
    supportedInterfaces: { implicit: ['tenant'] },
    capabilities: {
      implicit: ['extensions'],
      within: { extensions: { implicit: ['uri', 'description', 'required'] } },
    },
    securitySchemes: { values: SCHEME },
    securityRequirements: REQUIREMENT,
    skills: {
      implicit: ['examples', 'inputModes', 'outputModes', 'securityRequirements'],
      within: { securityRequirements: REQUIREMENT },
    },
  },
};

/**
 * What the signatures of a card sign (§8.4.1): the card without `signatures`, and without what is at its default and
 * neither REQUIRED nor `optional`, as canonical JSON. What the revision does not know stays.
 */
export function cardPayload(card: AgentCard): string {
  const { signatures: _left, ...signed } = card;
  return canonicalJson(present(signed, CARD));
}

function present(value: unknown, shape: Shape | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => present(item, shape));
  if (!shape || typeof value !== 'object' || value === null) return value;
  const { implicit = [], within = {}, values } = shape;
  return Object.fromEntries(
    Object.entries(value)
      // In ProtoJSON null is absent.
      .filter(([name, member]) => member !== null && !(implicit.includes(name) && isDefault(member)))
      .map(([name, member]) => [name, present(member, values ?? within[name])]),
  );
}

const isDefault = (value: unknown): boolean =>
  value === '' || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
