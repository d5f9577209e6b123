import { aList, nonEmptyList, nonEmptyString } from '../../kit/match.ts';
import { Blocked } from '../../kit/stops.ts';
import { seen } from '../../kit/subject.ts';
import { internalAddressesIn, secretsIn } from '../card-secrets.ts';
import { failsAs } from '../error-view.ts';
import { scenario } from '../scenario.ts';
import { isRefused, schemesOf } from '../security.ts';
import { isRecord } from '../../kit/json.ts';
import type { A2AAgent } from '../agent.ts';
import type { Reply } from '../reply.ts';

const capability = ['extendedAgentCard'];
const NONE = 'the target declares an extended card and has none configured';
const read = (agent: A2AAgent, options = {}) => agent.call('GetExtendedAgentCard', {}, options);
const isUnconfigured = (reply: Reply) => reply.is('ExtendedAgentCardNotConfiguredError');

/** Ways to show a secret for which the card would have to declare a scheme. */
function otherWays(secret: string, card: Record<string, unknown>) {
  const { http, headers } = schemesOf(card);
  return [
    ...(http.includes('basic')
      ? []
      : [{ what: 'Basic', headers: [['Authorization', `Basic ${btoa(`${secret}:`)}`]] as [string, string][] }]),
    ...['X-Auth-Token', 'X-API-Key', 'Api-Key']
      .filter((name) => !headers.includes(name.toLowerCase()))
      .map((name) => ({ what: `the header ${name}`, headers: [[name, secret]] as [string, string][] })),
    ...['access_token', 'api_key']
      .filter((name) => !headers.includes(name))
      .map((name) => ({ what: `the parameter ${name}`, headers: [], query: [[name, secret]] as [string, string][] })),
  ];
}

export const extendedCardScenarios = [
  scenario('a2a/extended-card/not-configured', {
    title: 'Where an extended card is declared and none is configured, that is said',
    proves: ['A2A10-CAP-004'],
    capability,
    stimulus: ['unconfigured'],
    async play({ agent, check, notApplicable }) {
      const reply = await read(agent);
      if (!reply.failed) throw notApplicable('there is an extended card');
      check('A2A10-CAP-004', reply).has(failsAs('ExtendedAgentCardNotConfiguredError'));
    },
  }),

  scenario('a2a/extended-card/read', {
    title: 'A caller who is known gets an extended card that is whole',
    proves: ['A2A10-XCARD-002', 'A2A10-XCARD-003', 'A2A10-XCARD-006'],
    capability,
    stimulus: ['cred'],
    async play({ agent, check, lost, notApplicable }) {
      const reply = await read(agent);
      if (isUnconfigured(reply)) throw notApplicable(NONE);
      const { result } = reply.value;
      const card = seen(result, reply.place);
      check('A2A10-XCARD-002', reply).has({ result: {} });
      if (!isRecord(result)) throw lost('the extended card cannot be had: see XCARD-002');
      check('A2A10-XCARD-002', card).has({
        name: nonEmptyString,
        description: nonEmptyString,
        version: nonEmptyString,
        supportedInterfaces: nonEmptyList,
        capabilities: {},
        defaultInputModes: nonEmptyList,
        defaultOutputModes: nonEmptyList,
        skills: aList,
      });
      if (agent.binding.name === 'HTTP+JSON') {
        const names = reply.exchange.response?.headers.map(([name]) => name.toLowerCase()) ?? [];
        check('A2A10-XCARD-003', seen(names, reply.place)).holds(
          names.includes('cache-control') || names.includes('etag') || names.includes('expires'),
          'Cache-Control, ETag or Expires',
        );
      }
      const known = agent.credentials.map(([, value]) => value.replace(/^[\w-]+ +/, ''));
      const told = [...secretsIn(result, known), ...internalAddressesIn(result, new URL(agent.cardUrl))];
      check('A2A10-XCARD-006', seen(told, reply.place)).holds(
        told.length === 0,
        'no secrets, and no address that only the target can reach',
      );
    },
  }),

  scenario('a2a/extended-card/without-params', {
    title: 'The extended card is had without params',
    proves: ['A2A10-XCARD-004'],
    bindings: ['JSONRPC'],
    capability,
    stimulus: ['cred'],
    async play({ agent, check, notApplicable }) {
      const twin = await read(agent);
      if (twin.failed)
        throw notApplicable(isUnconfigured(twin) ? NONE : 'the extended card cannot be had at all: see XCARD-002');
      const written = agent.binding.request('GetExtendedAgentCard', {}).body as string;
      const { params: _left, ...bare } = JSON.parse(written) as Record<string, unknown>;
      const body = JSON.stringify(bare);
      check('A2A10-XCARD-004', (await read(agent, { body })).outcome).equals(twin.outcome.value);
    },
  }),

  scenario('a2a/extended-card/strangers', {
    title: 'Nobody gets the extended card who does not show who he is, as the card says how',
    proves: ['A2A10-XCARD-001', 'A2A10-XCARD-005'],
    capability,
    stimulus: ['cred'],
    async play({ agent, check, lost, notApplicable }) {
      // Before 1.0 a caller authenticates as the card says how (7.10 of 0.3): of one that says nothing, nothing is owed.
      if (agent.era.id !== 'a2a@1.0' && !isRecord(agent.card.securitySchemes))
        throw notApplicable('the card declares no security scheme by which a caller could show who it is');
      const nobody = await read(agent.as([]), { hostile: true });
      // Where there is none, nobody gets it: whether it would be guarded is not known.
      if (isUnconfigured(nobody)) throw notApplicable(NONE);
      // What is not there is not guarded either.
      const { unread } = nobody;
      if (unread?.by === 'A2A10-REST-001')
        throw new Blocked(unread.by, `expected ${unread.expected}`, { ...unread, place: nobody.place });
      check('A2A10-XCARD-001', nobody).holds(isRefused(nobody), 'a refusal without credentials');
      if (!isRefused(nobody))
        return check('A2A10-XCARD-005', nobody, { blockedBy: 'A2A10-XCARD-001' }).holds(
          false,
          'a card that is guarded',
        );
      const [, value] = agent.credentials[0] ?? [];
      if (value === undefined) throw notApplicable('the run has no credentials to show in another way');
      if ((await read(agent)).failed) throw lost('the extended card cannot be had with the credentials of the run');
      for (const { what, headers, ...options } of otherWays(value.replace(/^[\w-]+ +/, ''), agent.card)) {
        const reply = await read(agent.as(headers), { hostile: true, ...options });
        check('A2A10-XCARD-005', seen(reply.value.httpStatus, reply.place)).holds(
          isRefused(reply),
          `a refusal of the credentials by ${what}, which the card does not declare`,
        );
      }
    },
  }),
];
