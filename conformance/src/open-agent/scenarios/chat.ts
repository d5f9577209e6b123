import type { Frame } from '@agentproto/recording';
import { nonEmptyString } from '../../kit/match.ts';
import { isRecord, record, records, text, type Json } from '../../kit/json.ts';
import { offered } from '../../kit/offered.ts';
import type { Reply } from '../../kit/reply.ts';
import { end, hello, text as textStep } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen, type Place, type Subject } from '../../kit/subject.ts';
import type { CallOptions, OpenAgent, Said } from '../agent.ts';
import { asBearer } from '../credentials.ts';
import { EVENT_STREAM, mediaTypeOf } from '../media-type.ts';
import { scenario } from '../scenario.ts';
import { REFUSED } from './agents.ts';
import { saysAll } from './stimuli.ts';

const pathOf = ({ contract: { openai } }: OpenAgent): string => `${openai}/chat/completions`;

const bodyOf = (agent: OpenAgent, said: Said, fields: Json = {}): Json => ({
  model: agent.model,
  messages: agent.messages(said),
  ...fields,
});

/** A completion in one piece; throws a stop where there are none. */
async function complete(agent: OpenAgent, body: Json, options: CallOptions = {}): Promise<Reply> {
  const reply = await agent.call('POST', pathOf(agent), { body, operation: 'createChatCompletion', ...options });
  return offered(agent, 'chat completions', reply);
}

const choicesIn = (value: Json): Json[] => records(value.choices);
const messageIn = ({ json }: Reply): Json | undefined => record(choicesIn(json)[0]?.message);
const contentIn = (reply: Reply): string => text(messageIn(reply)?.content) ?? '';

/** What a stream of chunks says. */
interface Streamed extends Subject {
  value: { httpStatus: number | undefined; mediaType: string | undefined; said: string; ended: string | undefined };
  place: Place;
  frames: Frame[];
  chunks: Json[];
}

async function streamed(agent: OpenAgent, body: Json, options: CallOptions = {}): Promise<Streamed> {
  const live = await agent.stream('POST', pathOf(agent), { body, operation: 'createChatCompletion', ...options });
  const frames = (await agent.framesOf(live)).filter(({ kind }) => kind === 'sse');
  const { id, response, end: over } = live.exchange;
  const chunks = frames.flatMap(({ json }) => (isRecord(json) ? [json] : []));
  const said = chunks
    .flatMap(choicesIn)
    .map(({ delta }) => text(record(delta)?.content) ?? '')
    .join('');
  return {
    value: { httpStatus: response?.status, mediaType: mediaTypeOf(live.exchange), said, ended: over?.kind },
    place: { exchange: id },
    frames,
    chunks,
  };
}

/** What is wrong with a stream of chunks; undefined where nothing is. */
function faultOf({ value, frames }: Streamed): string | undefined {
  const mark = frames.findIndex(({ data }) => data === '[DONE]');
  const chunks = mark < 0 ? frames : frames.slice(0, mark);
  if (value.httpStatus !== 200 || value.mediaType !== EVENT_STREAM) return `200 and ${EVENT_STREAM}`;
  if (chunks.length === 0) return 'chunks';
  if (mark >= 0 && mark !== frames.length - 1) return 'nothing after [DONE]';
  for (const { json } of chunks) {
    const choices = record(json)?.choices;
    if (!Array.isArray(choices)) return 'JSON with choices';
    if (records(choices).some(({ delta }) => !isRecord(delta))) return 'a delta in every choice';
  }
  if (value.said === '') return 'deltas with the content';
  return mark < 0 && value.ended !== 'complete' ? '[DONE], or the end of the stream' : undefined;
}

/** Where completions say nothing at all, how they are asked for is not why. */
const saysNothing = (reply: Reply): { blockedBy?: 'OAA-CHAT-001' } =>
  reply.status === 200 && contentIn(reply) !== '' ? {} : { blockedBy: 'OAA-CHAT-001' };

const COUNTS = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

const chatTool = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

const long: Stimulus = {
  word: 'multi',
  script: { steps: [textStep('One two three four five. '), textStep('Six seven STOP eight nine.'), end('completed')] },
};

export const chatScenarios = [
  scenario('open-agent/chat/completion', {
    title: 'A completion has the shape of OpenAI’s, and says what was used',
    proves: ['OAA-CHAT-001', 'OAA-CHAT-002', 'OAA-CHAT-008'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const reply = await complete(agent, bodyOf(agent, hello));
      check('OAA-CHAT-001', reply).has({
        httpStatus: 200,
        body: { id: nonEmptyString, object: 'chat.completion', model: agent.model },
      });
      if (!reply.isOk) return;
      check('OAA-CHAT-001', seen(reply.json.created ?? null, reply.place)).holds(
        Number.isInteger(reply.json.created),
        'created, in whole seconds',
      );
      check('OAA-CHAT-001', seen(choicesIn(reply.json)[0] ?? null, reply.place)).has({
        message: { role: 'assistant', content: nonEmptyString },
        finish_reason: nonEmptyString,
      });
      const usage = record(reply.json.usage) ?? {};
      const counts = COUNTS.map((name) => usage[name]);
      const isCounted = counts.every(Number.isInteger);
      check('OAA-CHAT-002', seen(reply.json.usage ?? null, reply.place)).holds(isCounted, COUNTS.join(', '));
      const [prompt, completion, total] = counts.map(Number);
      check('OAA-CHAT-008', seen(usage, reply.place), isCounted ? {} : { blockedBy: 'OAA-CHAT-002' }).holds(
        total === prompt! + completion!,
        'total_tokens to be prompt_tokens and completion_tokens',
      );
    },
  }),

  scenario('open-agent/chat/refused', {
    title: 'A completion without a model, or without messages, is refused',
    proves: ['OAA-CHAT-004'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const valid = bodyOf(agent, 'Hello');
      const { model: _, ...nameless } = valid;
      const { messages: __, ...silent } = valid;
      for (const body of [nameless, silent])
        check('OAA-CHAT-004', await complete(agent, body, { hostile: true })).has({ httpStatus: REFUSED });
    },
  }),

  scenario('open-agent/chat/parameters', {
    title: 'A completion has as many choices as were asked for, and takes what OpenAI’s do',
    proves: ['OAA-CHAT-006'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const blocked = saysNothing(await complete(agent, bodyOf(agent, hello)));
      const two = await complete(agent, bodyOf(agent, hello, { n: 2 }), { hostile: true });
      check('OAA-CHAT-006', two, blocked).has({ httpStatus: 200 });
      check('OAA-CHAT-006', seen(choicesIn(two.json).length, two.place), blocked).equals(2);
      for (const fields of [
        { stop: 'STOP' },
        { stop: ['STOP'] },
        { max_tokens: 64 },
        { temperature: 0.5, top_p: 0.9 },
      ]) {
        const reply = await complete(agent, bodyOf(agent, long, fields), { hostile: true });
        check('OAA-CHAT-006', reply, blocked).has({ httpStatus: 200 });
        if (fields.stop !== undefined && agent.runsScripts)
          check('OAA-CHAT-006', seen(contentIn(reply), reply.place), blocked).holds(
            !contentIn(reply).includes('STOP'),
            'nothing from STOP on',
          );
      }
    },
  }),

  scenario('open-agent/chat/stock-client', {
    title: 'What a client of OpenAI’s sends is understood',
    proves: ['OAA-CHAT-005'],
    bindings: ['HTTP'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const blocked = saysNothing(await complete(agent, bodyOf(agent, hello)));
      const key = await agent.key();
      const as = key === undefined ? ('own' as const) : asBearer(key);
      // Where bearers are let in nowhere, that has a row of its own.
      const door = await agent.call('GET', '/agents', { as, operation: 'listAgents', hostile: true });
      const why = door.status === 401 ? ({ blockedBy: 'OAA-SEC-004' } as const) : blocked;
      for (const fields of [{}, { stream: false, tools: [chatTool], tool_choice: 'auto', user: 'agentproto' }]) {
        const reply = await complete(agent, bodyOf(agent, hello, fields), { as, hostile: true });
        check('OAA-CHAT-005', reply, why).has({ httpStatus: 200 });
        check('OAA-CHAT-005', seen(messageIn(reply) ?? null, reply.place), why).has({ role: 'assistant' });
      }
    },
  }),

  scenario('open-agent/chat/accept', {
    title: 'A completion is streamed to whoever accepts an event stream',
    proves: ['OAA-CHAT-003'],
    bindings: ['SSE'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const body = bodyOf(agent, saysAll('piece 1, ', 'piece 2, ', 'piece 3'));
      const whole = await complete(agent.over('HTTP'), body);
      const stream = await streamed(agent, body);
      const fault = faultOf(stream);
      check('OAA-CHAT-003', stream, saysNothing(whole)).holds(fault === undefined, fault ?? 'a stream of chunks');
      if (agent.runsScripts && fault === undefined)
        check('OAA-CHAT-003', seen(stream.value.said, stream.place), saysNothing(whole)).equals(contentIn(whole));
    },
  }),

  scenario('open-agent/chat/stream', {
    title: 'A completion is streamed to whoever says so in the body',
    proves: ['OAA-CHAT-007'],
    bindings: ['SSE'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const body = bodyOf(agent, saysAll('piece 1, ', 'piece 2, ', 'piece 3'));
      // Where the other way to ask for a stream gives none either, that has a row of its own.
      const twin = await streamed(agent, body);
      const headers: [string, string][] = [['Accept', 'application/json']];
      const stream = await streamed(agent, { ...body, stream: true }, { headers });
      const fault = faultOf(stream);
      check('OAA-CHAT-007', stream, faultOf(twin) === undefined ? {} : { blockedBy: 'OAA-CHAT-003' }).holds(
        fault === undefined,
        fault ?? 'a stream of chunks',
      );
    },
  }),
];
