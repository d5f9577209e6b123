import { records, text, type Json } from '../../kit/json.ts';
import { offered } from '../../kit/offered.ts';
import type { Reply } from '../../kit/reply.ts';
import { hello } from '../../kit/steps.ts';
import { Lost } from '../../kit/stops.ts';
import { seen } from '../../kit/subject.ts';
import type { Asker, CallOptions, OpenAgent } from '../agent.ts';
import { answerIn } from '../run.ts';
import { scenario } from '../scenario.ts';
import { REFUSED } from './agents.ts';

const SEARCH = '/knowledge/search';

/** Documents of different matters, and a question about each in other words. */
const DOCUMENTS = [
  ['Refunds are paid back within fourteen days of a return.', 'When is a refund paid after I return something?'],
  ['Our office in Bern is open from nine to five.', 'opening hours of the Bern offices'],
  ['The server restarts every night to install updates.', 'nightly restart for an update'],
] as const;

/** Answers to a search; throws a stop where there is none. */
async function search(agent: OpenAgent, query: string, options: CallOptions = {}): Promise<Reply> {
  const body = { query };
  return offered(
    agent,
    'knowledge',
    await agent.call('POST', SEARCH, { body, operation: 'searchKnowledge', ...options }),
  );
}

/** Puts a document in, by its id; a stop where that cannot be done: the README has it for later. */
async function add(agent: OpenAgent, said: string): Promise<string> {
  const body = { text: said, metadata: { source: 'agentproto' } };
  const reply = await agent.call('POST', '/knowledge', { body, operation: 'addKnowledge', hostile: true });
  if (!reply.isOk) throw new Lost(`nothing can be put in to look for: POST /knowledge got HTTP ${reply.status}`);
  return text(reply.json.id) ?? '';
}

const remove = (agent: OpenAgent, id: string) =>
  agent.call('DELETE', `/knowledge/${encodeURIComponent(id)}`, { operation: 'deleteKnowledge', hostile: true });

const resultsIn = ({ json }: Reply): Json[] => records(json.results);
const textsIn = (reply: Reply): string[] => resultsIn(reply).flatMap((one) => text(one.text) ?? []);

/** A search works, and what it finds can be read. */
const isRead = (reply: Reply): { blockedBy?: 'OAA-KNOW-001' } =>
  reply.status === 200 && Array.isArray(reply.json.results) ? {} : { blockedBy: 'OAA-KNOW-001' };

export const knowledgeScenarios = [
  scenario('open-agent/knowledge/search', {
    title: 'A search answers with results, which have an id and a text, the likest first',
    proves: ['OAA-KNOW-001', 'OAA-KNOW-002', 'OAA-KNOW-006'],
    bindings: ['HTTP'],
    async play({ agent, check, lost }) {
      await search(agent, 'anything');
      const ids: string[] = [];
      for (const [document] of DOCUMENTS) ids.push(await add(agent, document).catch(() => ''));
      // Like all of them, so that there is something to rank.
      const reply = await search(agent, DOCUMENTS.map(([, question]) => question).join(' '));
      check('OAA-KNOW-001', reply).has({ httpStatus: 200 });
      check('OAA-KNOW-001', reply).holds(Array.isArray(reply.json.results), 'a list of results');
      const results = resultsIn(reply);
      for (const result of results)
        check('OAA-KNOW-006', seen(result, reply.place)).holds(
          !!text(result.id) && typeof result.text === 'string',
          'an id and a text',
        );
      const scores = results.map(({ score }) => score).filter((score) => score !== undefined);
      if (scores.length > 0)
        check('OAA-KNOW-002', seen(scores, reply.place)).holds(
          scores.every((score, at) => typeof score === 'number' && (at === 0 || score <= Number(scores[at - 1]))),
          'numbers that do not rise',
        );
      for (const id of ids) if (id !== '') await remove(agent, id);
      if (results.length === 0) throw lost('nothing was found');
      if (scores.length === 0) throw lost('results have no score');
    },
  }),

  scenario('open-agent/knowledge/paraphrase', {
    title: 'A document is found first by other words for it',
    proves: ['OAA-KNOW-004'],
    bindings: ['HTTP'],
    exclusive: true,
    async play({ agent, check }) {
      await search(agent, 'anything');
      const ids: string[] = [];
      for (const [document] of DOCUMENTS) ids.push(await add(agent, document));
      for (const [document, question] of DOCUMENTS) {
        const reply = await search(agent, question);
        const [found = ''] = textsIn(reply);
        const noText = resultsIn(reply).some((one) => text(one.text) === undefined);
        const blocked = noText ? ({ blockedBy: 'OAA-KNOW-006' } as const) : isRead(reply);
        check('OAA-KNOW-004', seen(textsIn(reply), reply.place), blocked).holds(
          found.includes(document) || (found !== '' && document.includes(found)),
          `${JSON.stringify(document)} first`,
        );
      }
      for (const id of ids) await remove(agent, id);
    },
  }),

  scenario('open-agent/knowledge/run', {
    title: 'What was found can be drawn upon in a run',
    proves: ['OAA-RUN-001'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const [found = 'nothing'] = textsIn(await search(agent, DOCUMENTS[0][1]));
      const id = await agent.anyAgent();
      const messages = [{ role: 'system', content: `Known: ${found}` }, ...agent.messages(hello)];
      const run = await agent.run('agents', id, messages, {}, { hostile: true });
      // That a message of the system is not taken is a matter of its own.
      const plain = run.isOk ? undefined : await agent.run('agents', id, hello);
      check('OAA-RUN-001', seen(answerIn(run), run.place), plain?.isOk ? { blockedBy: 'OAA-RUN-006' } : {}).holds(
        answerIn(run) !== '',
        'an answer',
      );
    },
  }),

  scenario('open-agent/knowledge/scope', {
    title: 'A search finds nothing that is another account’s alone',
    proves: ['OAA-KNOW-003'],
    bindings: ['HTTP'],
    stimulus: ['2id'],
    async play({ agent, check, lost }) {
      const secret = `The vault of ${agent.fresh('house')} opens with the word heliotrope.`;
      await search(agent, 'anything');
      const id = await add(agent, secret);
      const isFound = async (as: Asker) => {
        const reply = await search(agent, secret, { as });
        return { reply, isThere: textsIn(reply).includes(secret) };
      };
      const own = await isFound('own');
      const { reply, isThere } = await isFound('other');
      await remove(agent, id);
      if (!own.isThere) throw lost('what was put in was not found by whoever has put it in');
      check('OAA-KNOW-003', reply, isRead(reply)).holds(!isThere, 'nothing of another account');
    },
  }),

  scenario('open-agent/knowledge/refused', {
    title: 'A search needs a query, and credentials',
    proves: ['OAA-KNOW-005'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      await search(agent, 'anything');
      const options = { operation: 'searchKnowledge', hostile: true };
      for (const body of [{}, { query: 7 }])
        check('OAA-KNOW-005', await agent.call('POST', SEARCH, { body, ...options })).has({ httpStatus: REFUSED });
      if (agent.credentials('own').length === 0) return;
      const anonymous = await agent.call('POST', SEARCH, { body: { query: 'anything' }, as: 'nobody', ...options });
      // A door that is open everywhere has a row of its own.
      const twin = await agent.call('GET', '/agents', { as: 'nobody', operation: 'listAgents', hostile: true });
      check('OAA-KNOW-005', anonymous, twin.status === 401 ? {} : { blockedBy: 'OAA-SEC-001' }).has({
        httpStatus: 401,
      });
    },
  }),
];
