import { anyOf, nonEmptyList, nonEmptyString } from '../../../kit/match.ts';
import { seen } from '../../../kit/subject.ts';
import type { ResponsesAgent } from '../../agent.ts';
import type { Reply } from '../../../kit/reply.ts';
import { scenario } from '../../scenario.ts';
import { records, type Json } from '../../view.ts';
import { hello } from '../create.ts';
import { echo } from '../openai/conversation.ts';
import { at, get, idsIn } from '../openai/stored.ts';

/** What WayFlow's server says of what is wrong: that of FastAPI. */
const DETAIL = { detail: nonEmptyString };

const models = (agent: ResponsesAgent, query: Record<string, string | number> = {}, hostile = false): Promise<Reply> =>
  agent.call('GET', '/models', { query, operation: 'listModels', ...(hostile ? { hostile } : {}) });

export const create = (agent: ResponsesAgent, body: unknown): Promise<Reply> =>
  agent.call('POST', '/responses', { body, operation: 'createResponse', hostile: true });

/** For a row about a turn that nobody knows, where it was taken: who passes over every turn before passes over this one, too. */
export async function passedOver(agent: ResponsesAgent, reply: Reply): Promise<{ blockedBy?: 'WF-STATE-001' }> {
  if (reply.isRefusal) return {};
  const word = agent.fresh('word');
  const { id } = await agent.turn(`The word is ${word}.`);
  const next = await agent.ask(echo, { previous_response_id: id });
  return next.refused || next.value.text.includes(word) ? {} : { blockedBy: 'WF-STATE-001' };
}

/** Options that say something where nothing is supported. */
const UNSUPPORTED: Json = {
  max_tool_calls: 3,
  parallel_tool_calls: true,
  reasoning: { effort: 'low' },
  safety_identifier: 'someone',
  service_tier: 'default',
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [{ type: 'function', name: 'get_weather', parameters: {}, strict: false }],
  top_logprobs: 2,
  top_p: 0.5,
  truncation: 'disabled',
};

export const operationScenarios = [
  scenario('responses/wayflow/models', {
    title: 'Agents are listed as models, in pages',
    proves: ['WF-MODEL-001', 'WF-MODEL-002', 'WF-MODEL-003', 'WF-MODEL-004', 'WF-MODEL-005'],
    bindings: ['HTTP'],
    async play({ agent, check, lost }) {
      const all = await models(agent);
      const ids = idsIn(all);
      check('WF-MODEL-001', all).has({
        httpStatus: 200,
        body: { object: 'list', has_more: false, first_id: ids[0], last_id: ids.at(-1) },
      });
      for (const model of records(all.json.data))
        check('WF-MODEL-001', seen(model, all.place)).has({
          id: nonEmptyString,
          object: 'model',
          owned_by: 'wayflow-server',
        });
      const none = await models(agent, { limit: 0 });
      check('WF-MODEL-004', none).has({ body: { data: [], has_more: true, first_id: '', last_id: '' } });
      check('WF-MODEL-005', await models(agent, { order: 'sideways' }, true)).has({
        httpStatus: 422,
        body: { detail: anyOf(nonEmptyString, nonEmptyList) },
      });
      const unknown = await models(agent, { after: agent.fresh('model') });
      check('WF-MODEL-003', unknown).has({ body: { data: [] } });
      if (ids.length < 2) throw lost('one agent alone makes no pages');
      const first = await models(agent, { limit: 1 });
      check('WF-MODEL-002', first).has({ body: { has_more: true, first_id: ids[0], last_id: ids[0] } });
      check('WF-MODEL-002', seen(idsIn(first), first.place)).equals(ids.slice(0, 1));
      const next = await models(agent, { after: String(ids[0]) });
      check('WF-MODEL-003', seen(idsIn(next), next.place)).equals(ids.slice(1));
    },
  }),

  scenario('responses/wayflow/create', {
    title: 'A response has what a client needs of it, and an answer of one text',
    proves: ['WF-RESP-001', 'WF-RESP-006', 'WF-RESP-007', 'WF-GET-001'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const answer = await agent.turn(hello);
      check('WF-RESP-001', seen(answer.response, answer.place)).has({
        id: nonEmptyString,
        object: 'response',
        status: 'completed',
        usage: {},
        conversation: { id: nonEmptyString },
      });
      const messages = answer.items.filter(({ type }) => type === 'message');
      check('WF-RESP-006', seen(messages, answer.place)).holds(
        messages.length === 1 && messages[0]!.role === 'assistant' && records(messages[0]!.content).length === 1,
        'one message of the assistant, with one part',
      );
      check('WF-RESP-006', seen(records(messages[0]?.content)[0] ?? null, answer.place)).has({ type: 'output_text' });
      const { created_at: created, id } = answer.response;
      const fraction = Number.isInteger(created) ? 'a whole number' : 'a fraction';
      check('WF-RESP-007', answer).observes(
        `created_at is ${fraction}; the id ${String(id).startsWith('resp_') ? 'has a prefix' : 'has no prefix'}`,
      );
      const reply = await get(agent, answer.id);
      check('WF-GET-001', reply).has({ httpStatus: 200, body: { id: answer.id, status: 'completed' } });
      check('WF-GET-001', seen(reply.json.output ?? null, reply.place)).equals(answer.response.output);
    },
  }),

  scenario('responses/wayflow/refusals', {
    title: 'What is not there, or not supported, is refused in the words of FastAPI',
    proves: ['WF-RESP-002', 'WF-RESP-003', 'WF-RESP-004', 'WF-RESP-005', 'WF-STATE-007', 'WF-SSE-003'],
    bindings: ['HTTP', 'SSE'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const valid = agent.request(hello);
      const { model: _, ...anonymous } = valid;
      const unknown = { ...valid, model: agent.fresh('agent') };
      if (agent.binding === 'SSE') {
        const live = await agent.open(hello, { model: unknown.model }, { hostile: true });
        const frames = await agent.framesOf(live);
        const { response, end } = live.exchange;
        check(
          'WF-SSE-003',
          seen({ httpStatus: response?.status, ended: end?.kind }, { exchange: live.exchange.id }),
        ).holds((response?.status ?? 0) >= 400 || frames.length > 0, 'an error status, or an event');
        return;
      }
      for (const body of [anonymous, unknown])
        check('WF-RESP-002', await create(agent, body)).has({ httpStatus: 404, body: DETAIL });
      for (const [name, value] of Object.entries(UNSUPPORTED)) {
        const refused = await create(agent, { ...valid, [name]: value });
        check('WF-RESP-003', refused).has({ httpStatus: 501, body: DETAIL });
        check('WF-RESP-003', refused).holds(String(refused.json.detail).includes(name), `a word about ${name}`);
      }
      const harmless = await create(agent, { ...valid, parallel_tool_calls: false, tools: [] });
      check('WF-RESP-003', harmless).has({ httpStatus: 200 });
      const reasoning = { type: 'reasoning', id: 'rs_1', summary: [] };
      for (const body of [
        { ...valid, input: 5 },
        { ...valid, input: [reasoning, agent.message(hello)] },
      ])
        check('WF-RESP-004', await create(agent, body)).has({
          httpStatus: 422,
          body: { detail: anyOf(nonEmptyString, nonEmptyList) },
        });
      const instructed = await create(agent, { ...valid, instructions: 'Be brief.' });
      if (instructed.isRefusal) check('WF-RESP-005', instructed).has({ httpStatus: 406, body: DETAIL });
      else check('WF-RESP-005', instructed, { level: 'observe' }).holds(true, 'an agent that takes instructions');
      const gone = await create(agent, { ...valid, previous_response_id: agent.fresh('resp') });
      check('WF-STATE-007', gone, await passedOver(agent, gone)).has({ httpStatus: 404, body: DETAIL });
      const empty = await create(agent, { ...valid, conversation: agent.fresh('conv') });
      check('WF-STATE-007', empty).has({ httpStatus: 404, body: DETAIL });
    },
  }),

  scenario('responses/wayflow/by-id', {
    title: 'What is asked for by its id is not streamed, and cannot be canceled; deleting says nothing',
    proves: ['WF-GET-002', 'WF-GET-003', 'WF-DEL-001', 'WF-CANCEL-001'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { id } = await agent.turn(hello);
      for (const query of [{ stream: true }, { starting_after: 1 }]) {
        const reply = await agent.call('GET', at(id), { query, operation: 'retrieveResponse', hostile: true });
        check('WF-GET-002', reply).has({ httpStatus: 501, body: DETAIL });
      }
      const nobody = agent.fresh('resp');
      const unknown = await agent.call('GET', at(nobody), { operation: 'retrieveResponse', hostile: true });
      check('WF-GET-003', unknown).has({ httpStatus: 404, body: DETAIL });
      const canceled = await agent.call('POST', `${at(id)}/cancel`, { operation: 'cancelResponse', hostile: true });
      check('WF-CANCEL-001', canceled).has({ httpStatus: 501, body: DETAIL });
      for (const one of [id, nobody]) {
        const reply = await agent.call('DELETE', at(one), { operation: 'deleteResponse' });
        check('WF-DEL-001', seen([reply.status, reply.exchange.response?.json ?? null], reply.place)).equals([
          200,
          null,
        ]);
      }
    },
  }),

  scenario('responses/wayflow/door', {
    title: 'With an API key nobody gets in without it',
    proves: ['WF-AUTH-001'],
    bindings: ['HTTP'],
    async play({ agent, check, notApplicable }) {
      if (agent.credentials.length === 0) throw notApplicable('the run has no credentials to show');
      const wrong = agent.credentials.map(([name]): [string, string] => [name, `Bearer ${agent.fresh('wrong')}`]);
      for (const [method, path] of [
        ['GET', '/models'],
        ['POST', '/responses'],
        ['GET', at(agent.fresh('resp'))],
      ] as const) {
        for (const headers of [[], wrong])
          check('WF-AUTH-001', await agent.knock(method, path, headers)).has({ httpStatus: 401, body: DETAIL });
      }
    },
  }),
];
