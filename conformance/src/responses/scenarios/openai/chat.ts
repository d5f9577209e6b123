import type { Exchange, Frame } from '@agentproto/recording';
import { mismatch, nonEmptyString } from '../../../kit/match.ts';
import { Blocked } from '../../../kit/stops.ts';
import { seen, type Place } from '../../../kit/subject.ts';
import type { ResponsesAgent } from '../../agent.ts';
import { offered } from '../../../kit/offered.ts';
import { Reply } from '../../../kit/reply.ts';
import { scenario } from '../../scenario.ts';
import { record, records, text, type Json } from '../../view.ts';
import { hello, says } from '../create.ts';
import { calls, isJsonObject, outputOf, tool } from '../tool.ts';
import type { Stimulus } from '../../../kit/stimulus.ts';

/** A tool as chat completions have it. */
const chatTool = (name: string): Json => {
  const { type, ...rest } = tool(name);
  return { type, function: rest };
};

const request = (agent: ResponsesAgent, messages: readonly Json[], fields: Json = {}): Json => ({
  model: agent.model,
  messages,
  ...fields,
});
const user = (agent: ResponsesAgent, said: Stimulus): Json => ({ role: 'user', content: agent.words(said) });

/** A completion in one piece; throws a stop where there are none. */
async function complete(agent: ResponsesAgent, body: Json, hostile = false): Promise<Reply> {
  const reply = await agent.call('POST', '/chat/completions', {
    body,
    operation: 'createChatCompletion',
    binding: 'chat',
    ...(hostile ? { hostile } : {}),
  });
  return offered(agent, 'chat completions', reply);
}

const contentTypeOf = ({ response }: Exchange): string | undefined =>
  response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
const isEventStream = (type: string | undefined): boolean => /^text\/event-stream\b/.test(type ?? '');

/** Where responses are refused in another form as well, that is one cause. */
async function toldSoElsewhere(agent: ResponsesAgent): Promise<{ blockedBy?: 'RESP-ERR-001' }> {
  const { isRefusal, json } = await agent.call('POST', '/responses', {
    body: '{',
    operation: 'createResponse',
    hostile: true,
  });
  return isRefusal && mismatch({ error: { message: nonEmptyString } }, json) ? { blockedBy: 'RESP-ERR-001' } : {};
}

interface Streamed {
  frames: Frame[];
  chunks: { value: Json; place: Place }[];
  contentType: string | undefined;
  place: Place;
}

async function streamed(agent: ResponsesAgent, body: Json): Promise<Streamed> {
  const live = await agent.stream('POST', '/chat/completions', {
    body: { ...body, stream: true },
    operation: 'createChatCompletion',
    binding: 'chat',
  });
  const frames = (await agent.framesOf(live)).filter(({ kind }) => kind === 'sse');
  if (frames.length === 0) await offered(agent, 'chat completions', new Reply(live.exchange));
  const { id, response } = live.exchange;
  const type = contentTypeOf(live.exchange);
  if (frames.length === 0 && response?.status === 200 && !isEventStream(type)) {
    const answer = await agent.open(hello);
    await agent.framesOf(answer);
    const isSoElsewhere = contentTypeOf(answer.exchange) === type;
    throw new Blocked(isSoElsewhere ? 'RESP-STREAM-001' : 'OAI-CHAT-004', 'expected text/event-stream', {
      place: { exchange: id },
      expected: 'text/event-stream',
      actual: type ?? null,
    });
  }
  return {
    frames,
    chunks: frames.flatMap(({ json, index }) => {
      const value = record(json);
      return value ? [{ value, place: { exchange: id, frame: index } }] : [];
    }),
    contentType: type,
    place: { exchange: id },
  };
}

const choicesIn = (value: Json): Json[] => records(value.choices);
const messageIn = ({ json }: Reply): Json => record(choicesIn(json)[0]?.message) ?? {};
const deltasIn = ({ chunks }: Streamed): Json[] =>
  chunks.flatMap(({ value }) => choicesIn(value).map(({ delta }) => record(delta) ?? {}));

const faultsOf = (agent: ResponsesAgent, name: string, value: Json): string =>
  agent.revision
    .violations(name, value)
    .map(({ message }) => message)
    .join('; ');

const callsIn = (message: Json): Json[] => records(message.tool_calls);

export const chatScenarios = [
  scenario('responses/chat/completion', {
    title: 'A chat completion has its choices, and a sum of tokens',
    proves: ['OAI-CHAT-001', 'OAI-CHAT-011'],
    bindings: ['chat'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const reply = await complete(agent, request(agent, [user(agent, hello)]));
      check('OAI-CHAT-001', reply).has({ httpStatus: 200 });
      if (reply.isRefusal) return;
      const faults = faultsOf(agent, 'ChatCompletion', reply.json);
      check('OAI-CHAT-001', seen(reply.json, reply.place)).holds(faults === '', `a valid chat.completion: ${faults}`);
      const usage = record(reply.json.usage);
      if (!usage) return;
      const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage;
      check('OAI-CHAT-011', seen(usage, reply.place)).holds(
        total === Number(prompt) + Number(completion),
        'total_tokens to be prompt_tokens and completion_tokens',
      );
    },
  }),

  scenario('responses/chat/tool', {
    title: 'A function is called, and its output is taken and used',
    proves: ['OAI-CHAT-002', 'OAI-CHAT-003'],
    bindings: ['chat'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const fields = { tools: [chatTool('get_weather'), chatTool('get_time')] };
      const asking = [user(agent, calls('get_weather', 'get_time'))];
      const asked = await complete(agent, request(agent, asking, fields));
      const message = messageIn(asked);
      if (callsIn(message).length === 0) throw lost('the agent was asked to call functions, and called none');
      check('OAI-CHAT-002', seen(choicesIn(asked.json)[0], asked.place)).has({ finish_reason: 'tool_calls' });
      for (const call of callsIn(message))
        check('OAI-CHAT-002', seen(call, asked.place)).has({ id: nonEmptyString, function: { name: nonEmptyString } });
      const outputs = callsIn(message).map((call) => ({
        role: 'tool',
        tool_call_id: call.id,
        content: outputOf(text(record(call.function)?.name)),
      }));
      const answered = await complete(agent, request(agent, [...asking, message, ...outputs], fields));
      check('OAI-CHAT-003', answered).has({ httpStatus: 200 });
      check('OAI-CHAT-003', seen(messageIn(answered), answered.place)).has({ content: nonEmptyString });
    },
  }),

  scenario('responses/chat/stream', {
    title: 'A stream of chunks says what the answer in one piece says',
    proves: ['OAI-CHAT-004', 'OAI-CHAT-005', 'OAI-CHAT-006', 'OAI-CHAT-007', 'OAI-CHAT-012', 'OAI-CHAT-013'],
    bindings: ['chat'],
    stimulus: ['multi'],
    async play({ agent, check }) {
      const body = request(agent, [user(agent, says('piece 1, ', 'piece 2, ', 'piece 3'))]);
      const whole = await complete(agent, body);
      const stream = await streamed(agent, body);
      const { chunks, frames, place } = stream;
      check('OAI-CHAT-004', seen(stream.contentType ?? null, place)).holds(
        isEventStream(stream.contentType),
        'text/event-stream',
      );
      check('OAI-CHAT-004', seen(frames.at(-1)?.data ?? null, place)).equals('[DONE]');
      for (const { value, place: at } of chunks) {
        const faults = faultsOf(agent, 'ChatCompletionChunk', value);
        check('OAI-CHAT-004', seen(value, at)).holds(faults === '', `a valid chunk: ${faults}`);
      }
      const heads = new Set(chunks.map(({ value: { id, created, model } }) => JSON.stringify([id, created, model])));
      check('OAI-CHAT-005', seen([...heads], place)).holds(heads.size === 1, 'one id, one time, and one model');
      const said = deltasIn(stream)
        .map(({ content }) => text(content) ?? '')
        .join('');
      // Only a script says the same twice.
      const owed = agent.runsScripts ? text(messageIn(whole).content) : undefined;
      check('OAI-CHAT-006', seen(said, place)).holds(
        said !== '' && (owed === undefined || said === owed),
        owed ?? 'a text',
      );
      const reasons = chunks.flatMap(({ value }) =>
        choicesIn(value).map(({ finish_reason: reason }) => reason ?? null),
      );
      check('OAI-CHAT-007', seen(reasons, place)).holds(
        reasons.filter((reason) => reason !== null).length === 1 && reasons.at(-1) !== null,
        'a finish_reason in the last chunk of the choice, and there alone',
      );
      check('OAI-CHAT-012', seen(deltasIn(stream)[0], place)).has({ role: 'assistant' });
      for (const frame of frames)
        check('OAI-CHAT-013', seen(frame.event ?? null, { ...place, frame: frame.index })).holds(
          frame.event === undefined,
          'no event field',
        );
    },
  }),

  scenario('responses/chat/stream-tool', {
    title: 'A call comes in pieces: its name first, its arguments then',
    proves: ['OAI-CHAT-008'],
    bindings: ['chat'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const fields = { tools: [chatTool('get_weather'), chatTool('get_time')] };
      const stream = await streamed(agent, request(agent, [user(agent, calls('get_weather', 'get_time'))], fields));
      const pieces = Map.groupBy(deltasIn(stream).flatMap(callsIn), ({ index }) => index);
      if (pieces.size === 0) throw lost('the agent was asked to call functions, and called none');
      for (const [index, [first, ...rest]] of pieces) {
        const subject = seen({ index, pieces: [first, ...rest] }, stream.place);
        const named = (piece: Json | undefined) => text(record(piece?.function)?.name);
        check('OAI-CHAT-008', subject).holds(!!text(first?.id) && !!named(first), 'id and name in the first piece');
        check('OAI-CHAT-008', subject).holds(
          rest.every((piece) => piece.id == null && named(piece) === undefined),
          'neither id nor name in a later piece',
        );
        const given = [first, ...rest].map((piece) => text(record(piece?.function)?.arguments) ?? '').join('');
        check('OAI-CHAT-008', seen(given, stream.place)).holds(isJsonObject(given), 'arguments that are JSON');
      }
    },
  }),

  scenario('responses/chat/usage', {
    title: 'The usage of a stream comes where it was asked for, in a chunk of its own',
    proves: ['OAI-CHAT-009'],
    bindings: ['chat'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const body = request(agent, [user(agent, hello)]);
      await complete(agent, body);
      const told = await streamed(agent, { ...body, stream_options: { include_usage: true } });
      const last = told.chunks.at(-1)?.value ?? {};
      check('OAI-CHAT-009', seen(last, told.place)).holds(
        choicesIn(last).length === 0 && Array.isArray(last.choices) && record(last.usage) !== undefined,
        'a last chunk with usage and no choices',
      );
      const silent = await streamed(agent, body);
      for (const { value, place } of silent.chunks)
        check('OAI-CHAT-009', seen(value.usage ?? null, place)).holds(
          value.usage == null,
          'no usage without include_usage',
        );
    },
  }),

  scenario('responses/chat/refusal', {
    title: 'A request without messages, or with a parameter out of its range, is refused',
    proves: ['OAI-CHAT-010'],
    bindings: ['chat'],
    async play({ agent, check }) {
      const valid = request(agent, [user(agent, hello)]);
      await complete(agent, { ...valid, temperature: 1 });
      const { messages: _, ...without } = valid;
      for (const body of [without, { ...valid, temperature: 3 }]) {
        const reply = await complete(agent, body, true);
        check('OAI-CHAT-010', reply).has({ httpStatus: 400 });
        const told = { error: { message: nonEmptyString } };
        const cause = mismatch(told, reply.json) ? await toldSoElsewhere(agent) : {};
        check('OAI-CHAT-010', reply, cause).has({ body: told });
      }
    },
  }),
];
