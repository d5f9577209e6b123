import type { StreamAnswer } from '../../answer.ts';
import type { ResponsesImpl } from '../context.ts';
import { newId } from '../items.ts';
import { invalid } from '../responses-error.ts';
import { operation, responsesQuirk } from './responses-quirk.ts';

interface Chunk {
  id: string;
  choices: {
    finish_reason: string | null;
    delta: { content?: string; role?: string; tool_calls?: { function?: object }[] };
  }[];
  usage?: object | null;
}
const of = (change: (chunk: Chunk) => object[]) => (chunk: object) =>
  'choices' in chunk ? change(chunk as Chunk) : [chunk];

/** The frames of a stream of chunks, each changed as text. */
const framed = (impl: ResponsesImpl, change: (text: string) => string[]): Pick<ResponsesImpl, 'operations'> =>
  operation(impl, 'createChatCompletion', async (ctx, call, request, own) => {
    const answer = await own(ctx, call, request);
    if (!('frames' in answer)) return answer;
    async function* frames(before: StreamAnswer['frames']): StreamAnswer['frames'] {
      for await (const batch of before)
        yield batch.flatMap((frame): (typeof batch)[number][] =>
          'text' in frame ? change(frame.text).map((text) => ({ text })) : [frame],
        );
    }
    return { ...answer, frames: frames(answer.frames) };
  });

/** Rules of chat completions. */
export const chatQuirks = [
  responsesQuirk('responses.chat.takes-no-outputs', {
    breaks: 'OAI-CHAT-003',
    make: (impl, hit) =>
      operation(impl, 'createChatCompletion', (ctx, call, request, own) => {
        if (request.body.includes('"tool_call_id"')) throw hit(invalid('messages: expected none of role tool'));
        return own(ctx, call, request);
      }),
  }),
  responsesQuirk('responses.chat.ends-without-done', {
    breaks: 'OAI-CHAT-004',
    make: (impl, hit) => framed(impl, (text) => (text.includes('[DONE]') ? hit([]) : [text])),
  }),
  responsesQuirk('responses.chat.names-its-events', {
    breaks: 'OAI-CHAT-013',
    make: (impl, hit) => framed(impl, (text) => hit([`event: chunk\n${text}`])),
  }),
  responsesQuirk('responses.chat.names-the-call-in-every-piece', {
    breaks: 'OAI-CHAT-008',
    make: (impl, hit) => ({
      chatChunks: (ctx, chunk) =>
        impl.chatChunks(ctx, chunk).flatMap(
          of((one) => {
            const [choice] = one.choices;
            const calls = choice?.delta.tool_calls;
            if (!choice || !calls?.length) return [one];
            const named = calls.map((call) => ({ ...call, function: { name: 'get_weather', ...call.function } }));
            return hit([{ ...one, choices: [{ ...choice, delta: { ...choice.delta, tool_calls: named } }] }]);
          }),
        ),
    }),
  }),
  responsesQuirk('responses.chat.takes-any-temperature', {
    breaks: 'OAI-CHAT-010',
    make: (impl, hit) => ({
      validate(ctx, name, value) {
        const found = impl.validate(ctx, name, value);
        const isOfChat = name === 'CreateChatCompletionBody';
        return isOfChat && found.some(({ field }) => field.startsWith('temperature')) ? hit([]) : found;
      },
    }),
  }),
  responsesQuirk('responses.chat.has-no-index', {
    breaks: 'OAI-CHAT-001',
    make: (impl, hit) => ({
      chatBody(ctx, value) {
        const body = impl.chatBody(ctx, value) as { choices: object[] };
        return hit({ ...body, choices: body.choices.map((choice) => ({ ...choice, index: undefined })) });
      },
    }),
  }),
  responsesQuirk('responses.chat.calls-stop', {
    breaks: 'OAI-CHAT-002',
    make: (impl, hit) => ({
      chatBody(ctx, value) {
        const body = impl.chatBody(ctx, value) as { choices: { finish_reason: string }[] };
        return body.choices[0]?.finish_reason === 'tool_calls'
          ? hit({ ...body, choices: body.choices.map((choice) => ({ ...choice, finish_reason: 'stop' })) })
          : body;
      },
    }),
  }),
  responsesQuirk('responses.chat.a-new-id-each', {
    breaks: 'OAI-CHAT-005',
    make: (impl, hit) => ({
      chatChunks: (ctx, chunk) => impl.chatChunks(ctx, chunk).map((one) => hit({ ...one, id: newId('chatcmpl') })),
    }),
  }),
  responsesQuirk('responses.chat.loses-content', {
    breaks: 'OAI-CHAT-006',
    make: (impl, hit) => ({
      chatChunks: (ctx, chunk) =>
        impl
          .chatChunks(ctx, chunk)
          .flatMap(of((one) => (one.choices[0]?.delta.content?.includes('2') ? hit([]) : [one]))),
    }),
  }),
  responsesQuirk('responses.chat.always-finished', {
    breaks: 'OAI-CHAT-007',
    make: (impl, hit) => ({
      chatChunks: (ctx, chunk) =>
        impl
          .chatChunks(ctx, chunk)
          .flatMap(
            of((one) =>
              hit([{ ...one, choices: one.choices.map((choice) => ({ ...choice, finish_reason: 'stop' })) }]),
            ),
          ),
    }),
  }),
  responsesQuirk('responses.chat.usage-is-not-told', {
    breaks: 'OAI-CHAT-009',
    make: (impl, hit) => ({
      chatChunks: (ctx, chunk) =>
        impl.chatChunks(ctx, chunk).flatMap(of((one) => (one.choices.length === 0 ? hit([]) : [one]))),
    }),
  }),
  responsesQuirk('responses.chat.sum-is-wrong', {
    breaks: 'OAI-CHAT-011',
    make: (impl, hit) => ({
      chatBody(ctx, value) {
        const body = impl.chatBody(ctx, value) as { usage: { total_tokens: number } };
        return hit({ ...body, usage: { ...body.usage, total_tokens: body.usage.total_tokens + 1 } });
      },
    }),
  }),
  responsesQuirk('responses.chat.nobody-speaks', {
    breaks: 'OAI-CHAT-012',
    make: (impl, hit) => ({
      chatChunks: (ctx, chunk) =>
        impl.chatChunks(ctx, chunk).flatMap(of((one) => (one.choices[0]?.delta.role ? hit([]) : [one]))),
    }),
  }),
];
