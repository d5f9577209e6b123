import { DONE } from '@agentproto/protocol/responses/openai';
import type { ChatFinishReason } from '@agentproto/protocol/responses/openai';
import type { StreamAnswer, StreamItem } from '../answer.ts';
import { failureOf, sumOf, usageOf } from './choice.ts';
import type { ChoiceEvent, ChoiceItem, Tokens } from './choice.ts';

export type ChunkItem = StreamItem<{ chunk: object }>;

/** How one kind of completion writes its pieces. */
export interface ChunkShape {
  object: string;
  /** What a choice begins with. */
  first?: object;
  /** What one event adds to a choice; `call` is the number of the call that goes on. Undefined: nothing that is seen. */
  piece: (event: ChoiceEvent, call: number) => object | undefined;
  choice: (index: number, piece: object, reason: ChatFinishReason | null) => object;
}

/** The role first, then the pieces, then why it ended (Chat Completions: Streaming). */
export const CHAT_CHUNKS: ChunkShape = {
  object: 'chat.completion.chunk',
  first: { role: 'assistant', content: '', refusal: null },
  piece(event, index) {
    if ('text' in event) return { content: event.text };
    if ('refusal' in event) return { refusal: event.refusal };
    if ('call' in event) {
      const { id, name } = event.call;
      return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] };
    }
    return 'args' in event ? { tool_calls: [{ index, function: { arguments: event.args } }] } : undefined;
  },
  choice: (index, delta, reason) => ({ index, delta, logprobs: null, finish_reason: reason }),
};

/** Completions: the pieces are of the shape of the whole. */
export const TEXT_CHUNKS: ChunkShape = {
  object: 'text_completion',
  piece(event) {
    if ('text' in event) return { text: event.text };
    return 'refusal' in event ? { text: event.refusal } : undefined;
  },
  choice: (index, piece, reason) => ({
    text: '',
    ...piece,
    index,
    logprobs: null,
    finish_reason: reason === 'tool_calls' ? 'stop' : reason,
  }),
};

/** Id, time and model, the same in every piece. */
export interface CompletionHead {
  id: string;
  created: number;
  model: string;
}

/** The pieces of all choices, one choice after the other; where it is asked for, what they used, at the end. */
export async function* chunksOf(
  choices: readonly AsyncIterable<ChoiceItem>[],
  head: CompletionHead,
  shape: ChunkShape,
  { usage: isAsked }: { usage: boolean },
): AsyncGenerator<ChunkItem> {
  const { object, piece, first } = shape;
  const chunk = (index: number, one: object, reason: ChatFinishReason | null = null): ChunkItem => ({
    chunk: { ...head, object, choices: [shape.choice(index, one, reason)], ...(isAsked && { usage: null }) },
  });
  const tokens: Tokens[] = [];
  for (const [index, items] of choices.entries()) {
    if (first) yield chunk(index, first);
    let calls = -1;
    for await (const item of items) {
      if ('fault' in item) {
        yield item;
        continue;
      }
      if ('call' in item) calls++;
      const one = piece(item, calls);
      if (one) yield chunk(index, one);
      else if ('error' in item) yield { chunk: failureOf(item.error) };
      else if ('ended' in item) {
        tokens.push(item.tokens);
        yield chunk(index, {}, item.ended);
      }
    }
  }
  if (isAsked && tokens.length === choices.length)
    yield { chunk: { ...head, object, choices: [], usage: usageOf(sumOf(tokens)) } };
}

/** How a family writes its frames. */
export interface ChunkWire {
  headers: Record<string, string>;
  frame: (data: string) => string;
  /** What is sent for one piece. */
  sent: (chunk: object) => readonly object[];
  chunks: StreamAnswer['chunks'];
  failure: StreamAnswer['failure'];
  signal: AbortSignal;
}

/** Pieces as the answer that shows them; the last frame says `[DONE]`. */
export function chunkAnswer(items: AsyncIterable<ChunkItem>, wire: ChunkWire): StreamAnswer {
  const { headers, frame, sent, chunks, failure, signal } = wire;
  async function* frames(): StreamAnswer['frames'] {
    for await (const item of items)
      yield 'fault' in item ? [item] : sent(item.chunk).map((chunk) => ({ text: frame(JSON.stringify(chunk)) }));
    yield [{ text: frame(DONE) }];
  }
  return {
    status: 200,
    headers,
    frames: frames(),
    chunks,
    broken: () => frame('{"broken":'),
    failure,
    keepAlive: ': keep-alive\n\n',
    signal,
  };
}
