import type {
  ChatCompletionChunk,
  ChatCompletionRequest,
  ChatCompletionResponse,
} from '@agentproto/protocol/open-agent/0.7';
import type { CompletionRequest, CompletionResponse } from '@agentproto/protocol/open-agent/readme';
import { type CallOptions, lifeOf } from '../call.ts';
import { isObject } from '../json.ts';
import { type Connection, openAgentCall, type Operation, urlOf } from './call.ts';
import { Group } from './group.ts';
import { only } from './rest.ts';
import { EventStream, following } from './stream.ts';

/** Chunks as they come; `final()` gives what would have come in one piece. */
export type ChatCompletionStream = EventStream<ChatCompletionChunk, ChatCompletionResponse>;
export type CompletionStream = EventStream<CompletionResponse, CompletionResponse>;

const CHOICES = {
  expected: 'a completion with choices',
  is: (json: unknown) => isObject(json) && Array.isArray(json['choices']),
  blocking: true,
};

/** OpenAI's chat completions, on the models of the server. */
export class ChatCompletions extends Group {
  create(body: ChatCompletionRequest, options: CallOptions = {}): Promise<ChatCompletionResponse> {
    const kind = { name: 'createChatCompletion', ...CHOICES } as const;
    return this.isReadme
      ? this.sendReadme(kind, options, (api) => api.POST('/v1/chat/completions', { body }))
      : this.send(kind, options, (api) => api.POST('/chat/completions', { body }));
  }

  stream(body: ChatCompletionRequest, options: CallOptions = {}): ChatCompletionStream {
    const path = this.isReadme ? '/v1/chat/completions' : '/chat/completions';
    return streamed(this.connection, { name: 'createChatCompletion', path, object: 'chat.completion' }, body, options);
  }
}

/** OpenAI's completions of a text (`readme`). */
export class Completions extends Group {
  async create(body: CompletionRequest, options: CallOptions = {}): Promise<CompletionResponse> {
    only('readme', this.connection, 'createCompletion');
    const kind = { name: 'createCompletion', ...CHOICES } as const;
    return this.sendReadme(kind, options, (api) => api.POST('/v1/completions', { body }));
  }

  stream(body: CompletionRequest, options: CallOptions = {}): CompletionStream {
    only('readme', this.connection, 'createCompletion');
    const kind = { name: 'createCompletion', path: '/v1/completions', object: 'text_completion' } as const;
    return streamed(this.connection, kind, body, options);
  }
}

function streamed<Chunk, Whole>(
  connection: Connection,
  { name, path, object }: { name: Operation; path: string; object: 'chat.completion' | 'text_completion' },
  body: object,
  options: CallOptions,
): EventStream<Chunk, Whole> {
  const call = openAgentCall(connection, { name, safe: false, streams: true, blocking: false }, options);
  const asked = { method: 'POST', url: urlOf(connection.url, path), body: JSON.stringify({ ...body, stream: true }) };
  return new EventStream<Chunk, Whole>(
    () => lifeOf(call),
    async (life, owner) => (await following()).followCompletion({ call, asked }, CHOICES.expected, object, life, owner),
    () => ({ object, choices: [] }) as Whole,
  );
}
