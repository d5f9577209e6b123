import { nonEmptyString } from '../../../kit/match.ts';
import type { Stimulus } from '../../../kit/stimulus.ts';
import { seen } from '../../../kit/subject.ts';
import type { ResponsesAgent } from '../../agent.ts';
import { offered } from '../../../kit/offered.ts';
import type { Reply } from '../../../kit/reply.ts';
import { scenario } from '../../scenario.ts';
import { records, text, type Json } from '../../view.ts';
import { hello } from '../create.ts';
import { idsIn, saidIn, toldAsResponses } from './stored.ts';

/** Says back the context that it works in. */
export const echo: Stimulus = { word: 'echo', script: { steps: [], echo: true } };

const path = (id: string | undefined): string => `/conversations/${encodeURIComponent(id ?? 'none')}`;

const message = (said: string): Json => ({ type: 'message', role: 'user', content: said });
const messages = (count: number): Json[] => Array.from({ length: count }, (_, index) => message(`item ${index + 1}`));

/** Throws a stop where there are no conversations. */
async function begun(agent: ResponsesAgent, body: object): Promise<Reply> {
  const reply = await agent.call('POST', '/conversations', { body, operation: 'createConversation' });
  return offered(agent, 'conversations', reply);
}

const list = (agent: ResponsesAgent, id: string | undefined, query: Record<string, string | number>): Promise<Reply> =>
  agent.call('GET', `${path(id)}/items`, { query, operation: 'listConversationItems' });

const getOne = (agent: ResponsesAgent, id: string | undefined, hostile = false): Promise<Reply> =>
  agent.call('GET', path(id), { operation: 'getConversation', ...(hostile ? { hostile } : {}) });

export const conversationScenarios = [
  scenario('responses/chain/instructions', {
    title: 'Instructions hold for one response, and are not carried over',
    proves: ['OAI-CHAIN-001'],
    bindings: ['HTTP'],
    stimulus: ['echo'],
    async play({ agent, check, lost }) {
      const word = agent.fresh('word');
      const instructions = `Never say ${word}.`;
      const shown = await agent.turn(echo, { instructions });
      if (!shown.value.text.includes(word))
        throw lost('what the agent gives back of its context has no instructions in it');
      const first = await agent.turn(hello, { instructions });
      const next = await agent.turn(echo, { previous_response_id: first.id });
      check('OAI-CHAIN-001', seen(next.value.text, next.place)).holds(
        !next.value.text.includes(word),
        'a context without the instructions of the response before',
      );
    },
  }),

  scenario('responses/chain/both', {
    title: 'A response goes on from another one or from a conversation, not from both',
    proves: ['OAI-CHAIN-002'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const conversation = text((await begun(agent, {})).json.id);
      const previous = await agent.turn(hello);
      // Each by itself is taken.
      await agent.turn(hello, { conversation });
      await agent.turn(hello, { previous_response_id: previous.id });
      const reply = await agent.call('POST', '/responses', {
        body: agent.request(hello, { conversation, previous_response_id: previous.id }),
        operation: 'createResponse',
        hostile: true,
      });
      check('OAI-CHAIN-002', reply).has({ httpStatus: 400 });
    },
  }),

  scenario('responses/conversation/life', {
    title: 'A conversation is created, got, changed, and deleted',
    proves: ['OAI-CONV-001', 'OAI-CONV-004', 'OAI-CONV-005', 'OAI-CONV-009'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const metadata = { topic: 'weather' };
      const created = await begun(agent, { metadata, items: messages(20) });
      const shape = { id: nonEmptyString, object: 'conversation', metadata };
      check('OAI-CONV-001', created).has({ httpStatus: 200, body: shape });
      if (created.isRefusal) return;
      const id = text(created.json.id);
      check('OAI-CONV-001', await getOne(agent, id)).has({ httpStatus: 200, body: { ...shape, id } });
      const changed = await agent.call('POST', path(id), {
        body: { metadata: { place: 'Bern' } },
        operation: 'updateConversation',
      });
      check('OAI-CONV-004', changed).has({ httpStatus: 200 });
      const after = await getOne(agent, id);
      check('OAI-CONV-004', seen(after.json.metadata, after.place)).equals({ place: 'Bern' });
      const unknown = await getOne(agent, agent.fresh('conv'), true);
      const told = await toldAsResponses(agent, unknown);
      check('OAI-CONV-009', unknown, told).has({ httpStatus: 404 });
      const deleted = await agent.call('DELETE', path(id), { operation: 'deleteConversation' });
      check('OAI-CONV-005', deleted).has({
        httpStatus: 200,
        body: { id, object: 'conversation.deleted', deleted: true },
      });
      const left = await getOne(agent, id, true);
      const cause = unknown.isRefusal ? await toldAsResponses(agent, left) : ({ blockedBy: 'OAI-CONV-009' } as const);
      check('OAI-CONV-005', left, cause).has({ httpStatus: 404 });
    },
  }),

  scenario('responses/conversation/items', {
    title: 'Items are added, listed in pages, and deleted',
    proves: ['OAI-CONV-006', 'OAI-CONV-007', 'OAI-CONV-008'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const id = text((await begun(agent, {})).json.id);
      const add = (items: readonly Json[], hostile = false) =>
        agent.call('POST', `${path(id)}/items`, {
          body: { items },
          operation: 'createConversationItems',
          ...(hostile ? { hostile } : {}),
        });
      const added = await add(messages(20));
      check('OAI-CONV-006', added).has({ httpStatus: 200 });
      check('OAI-CONV-006', await add(messages(21), true)).has({ httpStatus: 400 });
      if (added.isRefusal) return;
      const forth = await list(agent, id, { order: 'asc', limit: 3 });
      const ids = idsIn(forth);
      check('OAI-CONV-007', seen(records(forth.json.data).map(saidIn), forth.place)).equals([
        'item 1',
        'item 2',
        'item 3',
      ]);
      check('OAI-CONV-007', forth).has({ body: { has_more: true, first_id: ids[0], last_id: ids[2] } });
      const next = await list(agent, id, { order: 'asc', limit: 3, after: String(ids[2]) });
      check('OAI-CONV-007', seen(records(next.json.data).map(saidIn), next.place)).equals([
        'item 4',
        'item 5',
        'item 6',
      ]);
      const newest = await list(agent, id, { limit: 1 });
      const [last] = records(newest.json.data).map(saidIn);
      check('OAI-CONV-007', seen(last ?? null, newest.place)).holds(last !== 'item 1', 'the newest item first');

      const item = `${path(id)}/items/${encodeURIComponent(String(ids[0]))}`;
      const there = await agent.call('GET', item, { operation: 'getConversationItem' });
      check('OAI-CONV-008', there).has({ httpStatus: 200, body: { id: ids[0] } });
      const deleted = await agent.call('DELETE', item, { operation: 'deleteConversationItem' });
      check('OAI-CONV-008', deleted).has({ httpStatus: 200, body: { id, object: 'conversation' } });
      const gone = await agent.call('GET', item, { operation: 'getConversationItem', hostile: true });
      check('OAI-CONV-008', gone, await toldAsResponses(agent, gone)).has({ httpStatus: 404 });
    },
  }),

  scenario('responses/conversation/turn', {
    title: 'A response goes on from the items of its conversation, and adds its own',
    proves: ['OAI-CONV-002', 'OAI-CONV-003'],
    bindings: ['HTTP'],
    stimulus: ['done', 'echo'],
    async play({ agent, check, lost }) {
      const word = agent.fresh('word');
      const id = text((await begun(agent, { items: [message(`The word is ${word}.`)] })).json.id);
      const shown = await agent.turn([message(word), agent.message(echo)]);
      if (!shown.value.text.includes(word))
        throw lost('what the agent gives back of its context has no such items in it');
      const asked = await agent.turn(echo, { conversation: id });
      check('OAI-CONV-003', seen(asked.value.text, asked.place)).holds(
        asked.value.text.includes(word),
        'a context with the items of the conversation',
      );
      const items = await list(agent, id, { order: 'asc' });
      const roles = records(items.json.data).map(({ type, role }) => role ?? type);
      check('OAI-CONV-002', seen(roles, items.place)).holds(
        roles.length >= 3 && roles[1] === 'user' && roles.slice(2).includes('assistant'),
        'the input of the response, then its output, behind what was there',
      );
    },
  }),
];
