import { validate } from '@agentproto/rules/a2a/1.0';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { secretsIn } from '../card-secrets.ts';
import { extensionsOf } from '../extensions.ts';
import { scenario } from '../scenario.ts';

/** What a card says, held against what its sections want beyond members that are there. */

const bindings = ['card'] as const;
const CORE = new Set(['JSONRPC', 'GRPC', 'HTTP+JSON']);

/** A number in the path of a URI, or anywhere in what is no URL: `/v1`, `-2.0`, `:1`, `/2025-01-31`. */
function namesVersion(uri: string): boolean {
  const url = URL.parse(uri);
  const text =
    url && url.host !== '' ? `${url.pathname}${url.search}${url.hash}` : uri.replace(/^[a-z][\w+.-]*:/i, ':');
  return /(^|[^a-z0-9])v?\d+(\.\d+)*([^a-z0-9]|$)/i.test(text);
}

export const cardContentScenarios = [
  scenario('a2a/card/custom-bindings', {
    title: 'A binding that is not of the specification is named by a URI',
    proves: ['A2A10-CARD-006'],
    bindings,
    async play({ agent: { card }, check, notApplicable }) {
      const declared: unknown[] = Array.isArray(card.supportedInterfaces) ? card.supportedInterfaces : [];
      const custom = declared.flatMap((one) =>
        isRecord(one) && typeof one.protocolBinding === 'string' && !CORE.has(one.protocolBinding)
          ? [one.protocolBinding]
          : [],
      );
      if (custom.length === 0) throw notApplicable('the card names no binding of its own');
      for (const name of custom)
        check('A2A10-CARD-006', seen(name)).holds(/^[a-z][a-z\d+.-]*:\S+$/i.test(name), 'a URI as protocolBinding');
    },
  }),

  scenario('a2a/card/security', {
    title: 'A security scheme is of one kind, with all that it needs',
    proves: ['A2A10-CARD-010'],
    bindings,
    async play({ agent: { card }, check, notApplicable }) {
      const { securitySchemes: schemes, securityRequirements: requirements } = card;
      if (!isRecord(schemes) || Object.keys(schemes).length === 0)
        throw notApplicable('the card declares no security scheme');
      const wrong = validate('AgentCard', card).filter(({ pointer }) => pointer.startsWith('/securitySchemes'));
      check('A2A10-CARD-010', seen(schemes)).holds(
        wrong.length === 0,
        'schemes of one kind each, with their required members, and flows of one kind',
        wrong.map(({ field, message }) => `${field}: ${message}`),
      );
      const named = (Array.isArray(requirements) ? requirements : []).flatMap((one) =>
        isRecord(one) && isRecord(one.schemes) ? Object.keys(one.schemes) : [],
      );
      check('A2A10-CARD-010', seen(named), { level: 'observe' }).holds(
        named.every((name) => name in schemes),
        'securityRequirements that name declared schemes',
      );
    },
  }),

  scenario('a2a/card/secrets', {
    title: 'A card that everybody may read holds no secrets',
    proves: ['A2A10-CARD-011'],
    bindings,
    async play({ agent, check }) {
      const known = agent.credentials.map(([, value]) => value.replace(/^[\w-]+ +/, ''));
      const told = secretsIn(agent.card, known);
      check('A2A10-CARD-011', seen(told)).holds(told.length === 0, 'no secrets');
    },
  }),

  scenario('a2a/card/extensions', {
    title: 'The URIs of extensions say their version',
    proves: ['A2A10-CARD-013'],
    bindings,
    async play({ agent, check, notApplicable }) {
      const uris = extensionsOf(agent.card).map(({ uri }) => uri);
      if (uris.length === 0) throw notApplicable('the card declares no extension');
      for (const uri of uris)
        check('A2A10-CARD-013', seen(uri)).holds(namesVersion(uri), 'a version in the URI of an extension');
    },
  }),
];
