import { aList, nonEmptyString } from '../../kit/match.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { scenario } from '../scenario.ts';
import { declaredIn } from './old-card.ts';

/** The card of 0.3, as it is published. */

const CORE = ['JSONRPC', 'GRPC', 'HTTP+JSON'];

export const oldCardScenarios = [
  scenario('a2a/old/card', {
    title: 'A card is published, and says what it has to',
    proves: ['A2A03-CARD-001', 'A2A03-CARD-002', 'A2A03-CARD-007', 'A2A03-CARD-008', 'A2A03-TRANS-001'],
    bindings: ['card'],
    async play({ agent, check }) {
      const reply = await agent.fetch('GET', agent.cardUrl, [], { binding: 'card' });
      const { json } = reply.exchange.response ?? {};
      const card = seen(json, reply.place);
      check('A2A03-CARD-001', reply).has({ httpStatus: 200 });
      check('A2A03-CARD-001', card).holds(isRecord(json), 'a JSON object');
      if (!isRecord(json)) return;
      check('A2A03-CARD-002', card).has({ preferredTransport: nonEmptyString });
      check('A2A03-CARD-007', card).has({
        protocolVersion: nonEmptyString,
        name: nonEmptyString,
        description: nonEmptyString,
        url: nonEmptyString,
        version: nonEmptyString,
        capabilities: {},
        defaultInputModes: aList,
        defaultOutputModes: aList,
        skills: aList,
      });
      for (const skill of Array.isArray(json.skills) ? json.skills : [])
        check('A2A03-CARD-007', seen(skill, reply.place)).has({
          id: nonEmptyString,
          name: nonEmptyString,
          description: nonEmptyString,
          tags: aList,
        });
      const interfaces = declaredIn(json);
      check('A2A03-TRANS-001', seen(interfaces, reply.place)).holds(
        interfaces.some(({ protocolBinding }) => CORE.includes(protocolBinding)),
        `one of ${CORE.join(', ')}`,
        interfaces.map(({ protocolBinding }) => protocolBinding),
      );
      const { additionalInterfaces: more, url, preferredTransport = 'JSONRPC' } = json;
      if (!Array.isArray(more) || more.length === 0) return;
      check('A2A03-CARD-008', seen(more, reply.place)).holds(
        more.some((one) => isRecord(one) && one.url === url && one.transport === preferredTransport),
        `the main url with ${String(preferredTransport)} among additionalInterfaces`,
      );
    },
  }),
];
