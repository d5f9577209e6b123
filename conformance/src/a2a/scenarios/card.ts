import { aList, nonEmptyList, nonEmptyString } from '../../kit/match.ts';
import { seen } from '../../kit/subject.ts';
import type { A2AAgent } from '../agent.ts';
import { BINDINGS } from '../detect.ts';
import { ELSEWHERE } from '../invariants/envelope.ts';
import type { Reply } from '../reply.ts';
import { scenario } from '../scenario.ts';
import { isRecord } from '../../kit/json.ts';

const readCard = (agent: A2AAgent, headers: [string, string][] = []) =>
  agent.fetch('GET', agent.cardUrl, headers, { binding: 'card' });

function header(reply: Reply, name: string): string | undefined {
  return reply.exchange.response?.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Whatever it says, and in whatever shape it fails: it is an answer of this binding. */
function speaks({ exchange: { response } }: Reply, binding: string, isOld: boolean): boolean {
  const { json } = response ?? {};
  if (!isRecord(json)) return false;
  if (binding === 'JSONRPC') return 'jsonrpc' in json || 'result' in json || 'error' in json;
  if (response!.status < 400) return json.id !== undefined;
  // Before 1.0 the body of a failure had no form of its own.
  return isRecord(json.error) || (isOld && (typeof json.message === 'string' || json.code !== undefined));
}

async function answers(agent: A2AAgent): Promise<boolean> {
  const reply = await agent.send('hello');
  return reply.taskId !== undefined || reply.sentMessage() !== undefined;
}

export const cardScenarios = [
  scenario('a2a/card/published', {
    title: 'The well-known address serves a complete card',
    proves: [
      'A2A10-CARD-001',
      'A2A10-CARD-002',
      'A2A10-CARD-003',
      'A2A10-CARD-005',
      'A2A10-CARD-012',
      'A2A10-CARD-014',
      'A2A10-VER-007',
    ],
    bindings: ['card'],
    async play({ agent, check }) {
      const reply = await readCard(agent);
      const type = header(reply, 'content-type');
      check('A2A10-CARD-014', seen(type, reply.place)).holds(
        /^application\/([\w.-]+\+)?json\b/i.test(type ?? ''),
        'application/json, or a media type that ends in +json',
      );
      const card = seen(reply.exchange.response?.json, reply.place);
      check('A2A10-CARD-001', reply).has({ httpStatus: 200 });
      check('A2A10-CARD-001', card).holds(isRecord(card.value), 'a JSON object');
      check('A2A10-CARD-002', card).has({
        name: nonEmptyString,
        description: nonEmptyString,
        version: nonEmptyString,
        supportedInterfaces: nonEmptyList,
        capabilities: {},
        defaultInputModes: nonEmptyList,
        defaultOutputModes: nonEmptyList,
        skills: aList,
      });
      const declared =
        isRecord(card.value) && Array.isArray(card.value.supportedInterfaces) ? card.value.supportedInterfaces : [];
      for (const [index, entry] of declared.entries()) {
        const one = seen(entry, reply.place);
        check('A2A10-CARD-003', one).has({
          url: nonEmptyString,
          protocolBinding: nonEmptyString,
          protocolVersion: nonEmptyString,
        });
        const { url, protocolBinding, protocolVersion } = isRecord(entry) ? entry : {};
        // Where GRPC and custom bindings are (12.1) is theirs to say.
        if ((BINDINGS as readonly unknown[]).includes(protocolBinding)) {
          const absolute = typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
          check('A2A10-CARD-005', one).holds(
            absolute,
            `an absolute http(s) URL in supportedInterfaces[${index}].url`,
            url,
          );
        }
        check('A2A10-VER-007', one).holds(
          typeof protocolVersion === 'string' && /^\d+\.\d+$/.test(protocolVersion),
          'Major.Minor without a patch',
          protocolVersion,
        );
      }
      const skills = isRecord(card.value) && Array.isArray(card.value.skills) ? card.value.skills : [];
      for (const skill of skills)
        check('A2A10-CARD-012', seen(skill, reply.place)).has({
          id: nonEmptyString,
          name: nonEmptyString,
          description: nonEmptyString,
          tags: nonEmptyList,
        });
      const ids = skills.map((skill) => (isRecord(skill) ? skill.id : undefined));
      check('A2A10-CARD-012', seen(ids, reply.place)).holds(new Set(ids).size === ids.length, 'skill ids that differ');
    },
  }),

  scenario('a2a/card/caching', {
    title: 'The card can be cached and asked for again',
    proves: ['A2A10-CARD-007', 'A2A10-CARD-008', 'A2A10-CARD-009'],
    bindings: ['card'],
    async play({ agent, check }) {
      const reply = await readCard(agent);
      const caching = seen({ cacheControl: header(reply, 'cache-control'), etag: header(reply, 'etag') }, reply.place);
      check('A2A10-CARD-007', caching).holds(
        /max-age=\d+/i.test(header(reply, 'cache-control') ?? ''),
        'Cache-Control with max-age',
      );
      check('A2A10-CARD-008', caching).holds(/^(W\/)?"[^"]*"$/.test(header(reply, 'etag') ?? ''), 'an ETag in quotes');
      const etag = header(reply, 'etag');
      // 8.6.1 asks for the header; what a conditional request gets is a matter of HTTP.
      if (etag)
        check('A2A10-CARD-008', await readCard(agent, [['If-None-Match', etag]]), { level: 'observe' }).has({
          httpStatus: 304,
        });
      check('A2A10-CARD-009', reply).observes(
        header(reply, 'last-modified') ? 'sends Last-Modified' : 'sends no Last-Modified',
      );
    },
  }),

  scenario('a2a/card/true', {
    title: 'Every interface that the card names speaks what the card says',
    proves: ['A2A10-CARD-004'],
    bindings: ['card'],
    async play({ agent, check, flaws, notApplicable }) {
      const spoken = agent.interfaces.filter(({ protocolBinding }) =>
        (BINDINGS as readonly string[]).includes(protocolBinding),
      );
      if (spoken.length === 0) throw notApplicable('the card names no JSONRPC and no HTTP+JSON interface');
      const isOld = agent.era.id !== 'a2a@1.0';
      for (const one of spoken) {
        const { url, protocolBinding } = one;
        // A task that nobody made: an A2A server of this version says so in this binding's own form. At a wrong address
        // nobody owes anything, so that no other rule looks at the answer.
        const reply = await agent.beside(one).get(agent.fresh('no-such-task'), {}, { hostile: true });
        // Whose failures have no form, or do not say which they are, may still do what it is asked.
        const isOther = isOld ? reply.says('MethodNotFoundError') : reply.is('MethodNotFoundError');
        const isUnknown = isOther && !(await answers(agent.beside(one)));
        const isSpoken = speaks(reply, protocolBinding, isOld) || (await answers(agent.beside(one)));
        // Something else than a wrong address (a 404, a page): a service that answers in a form of its own, to other rules' harm.
        const isService = isRecord(reply.exchange.response?.json) && !ELSEWHERE.has(reply.value.httpStatus ?? 0);
        const odd = isSpoken || !isService ? undefined : (await agent.at(one).get(agent.fresh('no-such-task'))).unread;
        check('A2A10-CARD-004', reply, { blockedBy: flaws(reply)[0] ?? odd?.by }).holds(
          isSpoken,
          `an answer in the form of ${protocolBinding} at ${url}`,
        );
        check('A2A10-CARD-004', reply).holds(
          !reply.is('VersionNotSupportedError') && !isUnknown,
          `${protocolBinding} of ${agent.era.id} at ${url}`,
        );
      }
    },
  }),
];
