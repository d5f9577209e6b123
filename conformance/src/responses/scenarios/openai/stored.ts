import { anyOf } from '../../../kit/match.ts';
import { seen } from '../../../kit/subject.ts';
import type { ResponsesAgent } from '../../agent.ts';
import type { Answer } from '../../answer.ts';
import { offered } from '../../../kit/offered.ts';
import type { Reply } from '../../../kit/reply.ts';
import { scenario } from '../../scenario.ts';
import { records, text, textIn, type Json } from '../../view.ts';
import { hello } from '../create.ts';

export const at = (id: string | undefined): string => `/responses/${encodeURIComponent(id ?? 'none')}`;

export const get = (agent: ResponsesAgent, id: string | undefined): Promise<Reply> =>
  agent.call('GET', at(id), { operation: 'retrieveResponse' });

export const getUnknown = (agent: ResponsesAgent): Promise<Reply> =>
  agent.call('GET', at(agent.fresh('resp')), { operation: 'retrieveResponse', hostile: true });

/**
 * For a row about a response that was to be kept, and was not found: where none is kept, that is a row of its own, and one
 * cause. Asked for where the check fails.
 */
export async function unlessNoneIsKept(agent: ResponsesAgent, reply: Reply): Promise<{ blockedBy?: 'OAI-GET-001' }> {
  if (reply.status !== 404) return {};
  const { id } = await agent.over('HTTP').turn(hello);
  return (await get(agent, id)).status === 404 ? { blockedBy: 'OAI-GET-001' } : {};
}

/** For a row about what is not there (any more): where that is told as it is of an id that nobody made, that is one cause. */
export const asUnknown = (reply: Reply, unknown: Reply): { blockedBy?: 'OAI-GET-002' } =>
  unknown.status !== 404 && (reply.status === unknown.status || !unknown.isRefusal) ? { blockedBy: 'OAI-GET-002' } : {};

/** The same of what is no response, and unknown: asked for where the check fails. */
export async function toldAsResponses(agent: ResponsesAgent, reply: Reply): Promise<{ blockedBy?: 'OAI-GET-002' }> {
  if (reply.status === 404 || !reply.isRefusal) return {};
  const unknown = await getUnknown(agent);
  return unknown.isRefusal ? asUnknown(reply, unknown) : {};
}

/** What a response says that does not change once it has ended. */
const lasting = ({ id, object, status, model, output, usage, metadata }: Json): Json => ({
  ...{ id, object, status, model, output, usage, metadata },
});

/** A response that the target says to keep, and what it answers when it is asked for it. */
async function keptOne(agent: ResponsesAgent): Promise<{ answer: Answer; reply: Reply }> {
  const answer = await agent.turn(hello, { metadata: { topic: 'weather' } });
  return { answer, reply: await offered(agent, 'responses by their id', await get(agent, answer.id)) };
}

export const storedScenarios = [
  scenario('responses/stored/get', {
    title: 'A response can be got as it was answered, unless it was not to be kept',
    proves: ['OAI-GET-001', 'OAI-GET-002', 'OAI-GET-003'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { answer, reply } = await keptOne(agent);
      check('OAI-GET-001', reply).has({ httpStatus: 200 });
      if (reply.status === 200)
        check('OAI-GET-001', seen(lasting(reply.json), reply.place)).equals(lasting(answer.response));
      const unknown = await getUnknown(agent);
      check('OAI-GET-002', unknown).has({ httpStatus: 404 });
      const passing = await agent.turn(hello, { store: false });
      const gone = await get(agent, passing.id);
      check('OAI-GET-003', gone, asUnknown(gone, unknown)).has({ httpStatus: 404 });
    },
  }),

  scenario('responses/stored/delete', {
    title: 'A response that was deleted is gone, and one that is unknown cannot be deleted',
    proves: ['OAI-DEL-001', 'OAI-DEL-002', 'OAI-DEL-003'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { answer } = await keptOne(agent);
      const remove = (id: string | undefined, hostile = false) =>
        agent.call('DELETE', at(id), { operation: 'deleteResponse', ...(hostile ? { hostile } : {}) });
      const deleted = await offered(agent, 'deletion', await remove(answer.id));
      check('OAI-DEL-002', deleted, await unlessNoneIsKept(agent, deleted)).has({
        httpStatus: 200,
        body: { id: answer.id, object: 'response', deleted: true },
      });
      const unknown = await getUnknown(agent);
      const after = await agent.call('GET', at(answer.id), { operation: 'retrieveResponse', hostile: true });
      check('OAI-DEL-001', after, asUnknown(after, unknown)).has({ httpStatus: 404 });
      const removed = await remove(agent.fresh('resp'), true);
      check('OAI-DEL-003', removed, removed.isRefusal ? asUnknown(removed, unknown) : {}).has({ httpStatus: 404 });
    },
  }),

  scenario('responses/stored/input-items', {
    title: 'The input of a response is listed in pages, newest first',
    proves: ['OAI-ITEMS-001', 'OAI-ITEMS-002', 'OAI-ITEMS-003'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const said = ['one', 'two'];
      const items = [
        agent.message(said[0]!),
        { type: 'message', role: 'assistant', content: said[1] },
        agent.message(hello),
      ];
      const { id } = await agent.turn(items);
      const list = (query: Record<string, string | number>, hostile = false) =>
        agent.call('GET', `${at(id)}/input_items`, {
          query,
          operation: 'listInputItems',
          ...(hostile ? { hostile } : {}),
        });
      const all = await offered(agent, 'input items', await list({}));
      const ids = idsIn(all);
      const notKept = await unlessNoneIsKept(agent, all);
      check('OAI-ITEMS-001', all, notKept).has({ httpStatus: 200, body: { object: 'list' } });
      const texts = records(all.json.data).map(saidIn);
      check('OAI-ITEMS-001', seen(texts, all.place), notKept).holds(
        texts.length === 3 && texts[2] === said[0] && texts[1] === said[1],
        'three items, the first at the end',
      );
      const forth = await list({ order: 'asc' });
      check('OAI-ITEMS-001', seen(idsIn(forth), forth.place), notKept).equals(ids.toReversed());

      const first = await list({ limit: 2 });
      const blockedBy = { blockedBy: texts[2] === said[0] ? undefined : ('OAI-ITEMS-001' as const) };
      check('OAI-ITEMS-002', first, blockedBy).has({
        body: { has_more: true, first_id: ids[0], last_id: ids[1] },
      });
      check('OAI-ITEMS-002', seen(idsIn(first), first.place), blockedBy).equals(ids.slice(0, 2));
      const rest = await list({ limit: 2, after: String(ids[1]) });
      check('OAI-ITEMS-002', rest, blockedBy).has({ body: { has_more: false, first_id: ids[2], last_id: ids[2] } });
      for (const limit of [0, 101]) {
        const refused = await list({ limit }, true);
        check('OAI-ITEMS-003', refused, notKept).has({ httpStatus: anyOf(400, 422) });
      }
    },
  }),

  scenario('responses/stored/tokens', {
    title: 'The tokens of an input are counted, without a response',
    proves: ['OAI-TOKENS-001'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const reply = await agent.call('POST', '/responses/input_tokens', {
        body: { model: agent.model, input: 'How many are these?' },
        operation: 'countInputTokens',
      });
      await offered(agent, 'token counts', reply);
      const { input_tokens: count, object, id } = reply.json;
      check('OAI-TOKENS-001', reply).has({ httpStatus: 200 });
      check('OAI-TOKENS-001', seen(reply.json, reply.place)).holds(
        object === 'response.input_tokens' && Number.isInteger(count) && Number(count) > 0 && id === undefined,
        'a response.input_tokens with a whole number',
      );
    },
  }),

  scenario('responses/stored/models', {
    title: 'Models are listed, and one of them can be got',
    proves: ['OAI-MODEL-001', 'OAI-MODEL-002'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const list = await offered(agent, 'models', await agent.call('GET', '/models', { operation: 'listModels' }));
      check('OAI-MODEL-001', list).has({ httpStatus: 200, body: { object: 'list' } });
      const models = records(list.json.data);
      for (const model of models)
        check('OAI-MODEL-001', seen(model, list.place)).holds(
          !!text(model.id) &&
            model.object === 'model' &&
            Number.isInteger(model.created) &&
            typeof model.owned_by === 'string',
          'a model with id, created and owned_by',
        );
      const [{ id } = {} as Json] = models;
      if (typeof id !== 'string') return;
      const one = await agent.call('GET', `/models/${encodeURIComponent(id)}`, { operation: 'getModel' });
      await offered(agent, 'a model by its id', one);
      check('OAI-MODEL-002', one).has({ httpStatus: 200, body: { id } });
      const unknown = await agent.call('GET', `/models/${agent.fresh('model')}`, {
        operation: 'getModel',
        hostile: true,
      });
      check('OAI-MODEL-002', unknown, await toldAsResponses(agent, unknown)).has({ httpStatus: 404 });
    },
  }),
];

export const idsIn = ({ json }: Reply): unknown[] => records(json.data).map(({ id }) => id);

/** The text of a message, whoever said it. */
export const saidIn = (item: Json): string =>
  textIn([item]) ||
  (text(item.content) ??
    records(item.content)
      .map((part) => text(part.text) ?? '')
      .join(''));
