import type { RequirementId } from '@agentproto/rules';
import { nonEmptyString } from '../../../kit/match.ts';
import { seen } from '../../../kit/subject.ts';
import type { ResponsesAgent } from '../../agent.ts';
import type { Reply } from '../../../kit/reply.ts';
import { scenario } from '../../scenario.ts';
import { record, records, text, type Json } from '../../view.ts';
import { hello, says } from '../create.ts';
import { echo } from '../openai/conversation.ts';
import { at, get, getUnknown } from '../openai/stored.ts';
import { end, text as speaks } from '../../../kit/steps.ts';
import type { Stimulus } from '../../../kit/stimulus.ts';
import { isJsonObject, outputOf } from '../tool.ts';
import { create, passedOver } from './operations.ts';

const conversationOf = (response: Json): unknown => record(response.conversation)?.id;

/** What the outputs are is not looked at: WayFlow gives them to its model as JSON. */
const calls: Stimulus = {
  word: 'tool',
  script: {
    steps: [
      { tool: { by: 'client', calls: ['get_weather', 'get_time'].map((name) => ({ name, args: { city: 'Bern' } })) } },
    ],
    turns: [{ steps: [speaks('It is sunny in Bern.'), end('completed')] }],
  },
};

/** For a row about what is not there any more: where the same is said of what nobody made, and wrongly, that is the row of this. */
const sameAs = <Row extends RequirementId>(reply: Reply, unknown: Reply, row: Row): { blockedBy?: Row } =>
  unknown.status !== 404 && reply.status === unknown.status ? { blockedBy: row } : {};

/** A first turn with a word that a later one may see. */
async function told(agent: ResponsesAgent, fields: Json = {}) {
  const word = agent.fresh('word');
  const answer = await agent.turn(`The word is ${word}.`, fields);
  return { word, answer, id: answer.id };
}

export const turnScenarios = [
  scenario('responses/wayflow/state', {
    title: 'A turn goes on from another one, or from the last one of its conversation',
    proves: ['WF-STATE-001', 'WF-STATE-002', 'WF-STATE-003', 'WF-STATE-004'],
    bindings: ['HTTP'],
    stimulus: ['echo'],
    async play({ agent, check, lost }) {
      const root = await told(agent);
      const conversation = conversationOf(root.answer.response);
      const sees = async (fields: Json) => {
        const answer = await agent.turn(echo, fields);
        return { answer, text: answer.value.text };
      };
      const alone = await sees({});
      const chained = await sees({ previous_response_id: root.id });
      if (alone.text.includes(root.word)) throw lost('the agent remembers what was said in another conversation');
      check('WF-STATE-001', seen(chained.text, chained.answer.place)).holds(
        chained.text.includes(root.word),
        'a context with the turn before',
      );
      const unnamed = conversation === undefined ? ({ blockedBy: 'WF-RESP-001' } as const) : {};
      check(
        'WF-STATE-001',
        seen(conversationOf(chained.answer.response) ?? null, chained.answer.place),
        unnamed,
      ).equals(conversation);

      const left = await told(agent, { previous_response_id: root.id });
      const right = await sees({ previous_response_id: root.id });
      check('WF-STATE-003', seen(right.text, right.answer.place)).holds(
        !right.text.includes(left.word),
        'a context without the other turn to the same one',
      );
      const last = await told(agent, { previous_response_id: left.id });
      const latest = await sees({ conversation });
      const broken = chained.text.includes(root.word) ? unnamed : ({ blockedBy: 'WF-STATE-001' } as const);
      check('WF-STATE-002', seen(latest.text, latest.answer.place), broken).holds(
        latest.text.includes(root.word) && latest.text.includes(last.word),
        'a context with the turn of this conversation that was saved last',
      );
      const both = await sees({ previous_response_id: root.id, conversation });
      check('WF-STATE-004', seen(both.text, both.answer.place), broken).holds(
        both.text.includes(root.word) && !both.text.includes(last.word),
        'a context as previous_response_id has it',
      );
    },
  }),

  scenario('responses/wayflow/kept', {
    title: 'What is not stored is gone; what is deleted takes nothing else with it',
    proves: ['WF-STATE-005', 'WF-STATE-006'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const passing = await agent.turn(hello, { store: false });
      const gone = await agent.call('GET', at(passing.id), { operation: 'retrieveResponse', hostile: true });
      const unknown = await getUnknown(agent);
      check('WF-STATE-005', gone, sameAs(gone, unknown, 'WF-GET-003')).has({ httpStatus: 404 });
      const goOn = (id: string | undefined) => create(agent, agent.request(hello, { previous_response_id: id }));
      const continued = await goOn(passing.id);
      const cause = continued.isRefusal
        ? sameAs(continued, await goOn(agent.fresh('resp')), 'WF-STATE-007')
        : await passedOver(agent, continued);
      check('WF-STATE-005', continued, cause).has({ httpStatus: 404 });

      const first = await agent.turn(hello);
      const second = await agent.turn(hello, { previous_response_id: first.id });
      await agent.call('DELETE', at(first.id), { operation: 'deleteResponse' });
      check('WF-STATE-006', await get(agent, second.id)).has({ httpStatus: 200, body: { id: second.id } });
      const third = await create(agent, agent.request(hello, { previous_response_id: second.id }));
      check('WF-STATE-006', third).has({ httpStatus: 200 });
    },
  }),

  scenario('responses/wayflow/tool', {
    title: 'A tool of the caller is called, and its output goes on, by the chain and in the whole list',
    proves: ['WF-TOOL-001', 'WF-TOOL-002'],
    bindings: ['HTTP'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const begun = agent.message(calls);
      const asked = await agent.turn([begun]);
      const { calls: called } = asked.value;
      if (called.length === 0) throw lost('the agent was asked to call tools, and called none');
      check('WF-TOOL-001', asked).has({ ended: 'completed' });
      for (const call of called) {
        check('WF-TOOL-001', seen(call, asked.place)).has({ callId: nonEmptyString, name: nonEmptyString });
        check('WF-TOOL-001', seen(call.arguments, asked.place)).holds(
          isJsonObject(call.arguments),
          'arguments that are JSON',
        );
      }
      const outputs = called.map(({ callId, name }) => ({
        type: 'function_call_output',
        call_id: callId,
        output: outputOf(name),
      }));
      const chained = await agent.ask(outputs, { previous_response_id: asked.id });
      check('WF-TOOL-002', chained).has({ httpStatus: 200, ended: 'completed', text: nonEmptyString });
      const items = asked.items.map(({ id: _, ...item }) => item);
      const whole = await agent.ask([begun, ...items, ...outputs]);
      check('WF-TOOL-002', whole).has({ httpStatus: 200, ended: 'completed', text: nonEmptyString });
    },
  }),

  scenario('responses/wayflow/stream', {
    title: 'A stream has its events in order, numbered, and what it says in pieces is the text',
    proves: ['WF-SSE-001', 'WF-SSE-002', 'WF-SSE-004', 'WF-SSE-005', 'WF-SSE-006'],
    bindings: ['SSE'],
    stimulus: ['multi'],
    async play({ agent, check }) {
      const answer = await agent.turn(says('Plan ', 'a trip ', 'to Bern'));
      const { exchange, events, place } = answer;
      const frames = exchange.frames.filter(({ kind }) => kind === 'sse');
      const numbers = events.map(({ value }) => value.sequence_number);
      check('WF-SSE-001', seen(numbers, place)).equals(numbers.map((_, index) => index));
      check('WF-SSE-001', seen(frames.at(-1)?.data ?? null, place)).equals('[DONE]');
      const types = answer.value.types.filter(
        (type, index, all) => type !== all[index - 1] || !type?.endsWith('.delta'),
      );
      check('WF-SSE-004', seen(types, place)).equals([
        'response.created',
        'response.output_item.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.output_item.done',
        'response.completed',
      ]);
      const deltas = events.flatMap(({ type, value }) =>
        type === 'response.output_text.delta' ? [text(value.delta) ?? ''] : [],
      );
      const whole = events.find(({ type }) => type === 'response.output_text.done')?.value.text;
      const parts = answer.items.flatMap(({ type, content }) => (type === 'message' ? records(content) : []));
      // What is said in several parts is more than one text, and a matter of its own.
      const split = parts.length > 1 ? ({ blockedBy: 'WF-RESP-006' } as const) : {};
      check('WF-SSE-005', seen([deltas.join(''), whole ?? null, answer.value.text], place), split).holds(
        deltas.join('') === whole && whole === answer.value.text,
        'one text, in pieces, when it is done, and in the response',
      );
      const streamed = events.flatMap(({ type, value }) =>
        type === 'response.output_item.done' ? [record(value.item)?.id] : [],
      );
      check(
        'WF-SSE-002',
        seen(
          answer.items.map(({ id }) => id),
          place,
        ),
      ).equals(streamed);
      const contentType = exchange.response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
      check('WF-SSE-006', seen(contentType, place)).holds(
        /^text\/event-stream\b/.test(contentType),
        'text/event-stream',
      );
      check(
        'WF-SSE-006',
        seen(
          frames.map(({ event }) => event ?? null),
          place,
        ),
      ).holds(
        frames.every(({ event }) => event === undefined),
        'no event field',
      );
    },
  }),
];
