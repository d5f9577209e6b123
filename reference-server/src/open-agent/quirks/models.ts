import { bad } from '../open-agent-error.ts';
import type { OpenAgentImpl } from '../context.ts';
import { answers, openAgentQuirk, requests } from './open-agent-quirk.ts';

interface Completion {
  object: string;
  choices: object[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

/** A chat completion in one piece, changed. */
const completed = (
  impl: OpenAgentImpl,
  change: (completion: Completion) => object,
): Pick<OpenAgentImpl, 'completionBody'> => ({
  completionBody(ctx, value) {
    const body = impl.completionBody(ctx, value) as Completion;
    return body.object === 'chat.completion' ? change(body) : body;
  },
});

/** Rules of completions and embeddings. */
export const modelQuirks = [
  openAgentQuirk('open-agent.chat.another-model', {
    breaks: 'OAA-CHAT-001',
    make: (_impl, hit) => ({ modelEcho: () => hit('another') }),
  }),
  openAgentQuirk('open-agent.chat.no-total', {
    breaks: 'OAA-CHAT-002',
    make: (impl, hit) =>
      completed(impl, ({ usage: { total_tokens: _, ...usage }, ...completion }) => hit({ ...completion, usage })),
  }),
  openAgentQuirk('open-agent.chat.accept-is-not-heard', {
    breaks: 'OAA-CHAT-003',
    make: (_impl, hit) => ({ streamsCompletion: (_ctx, _http, stream = false) => hit(stream) }),
  }),
  openAgentQuirk('open-agent.chat.goes-on-after-done', {
    breaks: 'OAA-CHAT-003',
    make: (impl, hit) => ({
      frameText(ctx, event) {
        const text = impl.frameText(ctx, event);
        return event.data === '[DONE]' ? hit(`${text}data: {}\n\n`) : text;
      },
    }),
  }),
  openAgentQuirk('open-agent.chat.needs-no-messages', {
    breaks: 'OAA-CHAT-004',
    make: (impl, hit) =>
      requests(impl, 'createChatCompletion', (body) =>
        body && body['messages'] === undefined
          ? hit({ ...body, messages: [{ role: 'user', content: '' }] })
          : undefined,
      ),
  }),
  openAgentQuirk('open-agent.chat.takes-no-tools', {
    breaks: 'OAA-CHAT-005',
    make: (impl, hit) =>
      requests(impl, 'createChatCompletion', (body) => {
        if (body?.['tools'] !== undefined) throw hit(bad('tools: expected none', { param: 'tools' }));
        return undefined;
      }),
  }),
  openAgentQuirk('open-agent.chat.one-choice-alone', {
    breaks: 'OAA-CHAT-006',
    make: (impl, hit) =>
      completed(impl, (completion) =>
        completion.choices.length > 1 ? hit({ ...completion, choices: completion.choices.slice(0, 1) }) : completion,
      ),
  }),
  openAgentQuirk('open-agent.chat.stream-is-not-heard', {
    breaks: 'OAA-CHAT-007',
    make: (impl, hit) => ({
      streamsCompletion: (ctx, http, stream) =>
        stream ? hit(impl.streamsCompletion(ctx, http)) : impl.streamsCompletion(ctx, http, stream),
    }),
  }),
  openAgentQuirk('open-agent.chat.sum-is-wrong', {
    breaks: 'OAA-CHAT-008',
    make: (impl, hit) =>
      completed(impl, ({ usage, ...completion }) =>
        hit({ ...completion, usage: { ...usage, total_tokens: usage.total_tokens + 1 } }),
      ),
  }),
  openAgentQuirk('open-agent.embeddings.count-from-one', {
    breaks: 'OAA-EMB-001',
    make: (impl, hit) =>
      answers<{ data: { index: number }[] }>(impl, 'createEmbedding', ({ data, ...rest }) =>
        hit({ ...rest, data: data.map((one) => ({ ...one, index: one.index + 1 })) }),
      ),
  }),
  openAgentQuirk('open-agent.embeddings.are-never-in-base64', {
    breaks: 'OAA-EMB-001',
    make: (impl, hit) => ({ shownVector: (ctx, vector) => hit(impl.shownVector(ctx, vector, 'float')) }),
  }),
  openAgentQuirk('open-agent.completions.are-chats', {
    breaks: 'OAA-COMP-001',
    make: (impl, hit) =>
      answers(impl, 'createCompletion', (completion) => hit({ ...completion, object: 'chat.completion' })),
  }),
];
