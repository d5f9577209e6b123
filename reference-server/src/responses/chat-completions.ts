import { DONE } from '@agentproto/protocol/responses/openai';
import type {
  ChatAssistantMessage,
  ChatFinishReason,
  ChatMessageParam,
  CreateChatCompletionBody,
  CreateResponseBody,
  ItemField,
  ItemParam,
  ResponseResource,
  ToolParam,
} from '@agentproto/protocol/responses/openai';
import type { Answer, StreamAnswer } from '../answer.ts';
import { responseIn } from './call.ts';
import type { Call, HttpRequest, StreamItem } from './call.ts';
import type { ResponsesContext } from './context.ts';
import { json } from './errors.ts';
import { runEvents } from './follow.ts';
import { check } from './request.ts';
import { invalid } from './responses-error.ts';

/** Create chat completion: the same agent as that of responses, in other words. */
export async function createChatCompletion(
  ctx: ResponsesContext,
  call: Call,
  { headers, body }: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const value = impl.readBody(ctx, headers, body);
  check(ctx, 'CreateChatCompletionBody', value);
  // Validated.
  const request = value as CreateChatCompletionBody;
  if ((request.n ?? 1) > 1) throw invalid('n: this server makes one choice', { param: 'n' });
  const seen = { ...call.seen, binding: 'chat' };
  const run = await impl.beginResponse(ctx, { ...call, seen }, impl.checkCreate(ctx, asResponse(request)));
  const head = {
    id: run.id.replace(/^\w+_/, 'chatcmpl-'),
    created: Math.floor(run.createdAt / 1_000),
    model: request.model,
  };
  const items = runEvents(ctx, call.signal, run);
  if (request.stream) return chunkAnswer(ctx, call, chunksOf(items, head, request));
  let response: ResponseResource | undefined;
  let fault: Answer['fault'];
  for await (const item of items) {
    if ('fault' in item) fault ??= item.fault;
    else response = responseIn(item.event) ?? response;
  }
  if (response?.error) return json(ctx, { error: { ...response.error, type: 'server_error', param: null } }, 500);
  return { ...json(ctx, impl.chatBody(ctx, { ...head, object: 'chat.completion', ...completed(response!) })), fault };
}

/** The request in the words of responses; nothing of it is kept. */
function asResponse(request: CreateChatCompletionBody): CreateResponseBody {
  const { messages, model, tools, tool_choice: choice, response_format: format } = request;
  const most = request.max_completion_tokens ?? request.max_tokens;
  return {
    model,
    store: false,
    input: messages.flatMap(itemsOf),
    ...(tools && {
      tools: tools.flatMap((tool): ToolParam[] =>
        tool.type === 'function' ? [{ type: 'function', ...tool.function }] : [],
      ),
    }),
    ...(choice != null && { tool_choice: choiceOf(choice) }),
    ...(request.metadata && { metadata: request.metadata }),
    ...(request.parallel_tool_calls != null && { parallel_tool_calls: request.parallel_tool_calls }),
    ...(most != null && { max_output_tokens: Math.max(16, most) }),
    ...(format && {
      text: {
        format:
          format.type === 'json_schema'
            ? { ...format.json_schema, type: 'json_schema', schema: format.json_schema.schema ?? {} }
            : format,
      },
    }),
  };
}

function choiceOf(
  choice: NonNullable<CreateChatCompletionBody['tool_choice']>,
): NonNullable<CreateResponseBody['tool_choice']> {
  if (typeof choice === 'string') return choice;
  if (choice.type === 'function') return { type: 'function', name: choice.function.name };
  if (choice.type === 'custom') return { type: 'custom', name: choice.custom.name };
  const { mode, tools } = choice.allowed_tools;
  return {
    type: 'allowed_tools',
    mode,
    tools: tools.map((tool) => ({ type: 'function', ...(tool['function'] as object) })),
  };
}

function itemsOf(message: ChatMessageParam): ItemParam[] {
  switch (message.role) {
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.tool_call_id, output: textOf(message.content) }];
    case 'function':
      return [{ type: 'function_call_output', call_id: message.name, output: message.content ?? '' }];
    case 'assistant':
      return assistantItems(message);
    default:
      return [{ role: message.role, content: textOf(message.content) }];
  }
}

function assistantItems({ content, tool_calls: calls }: ChatAssistantMessage): ItemParam[] {
  const text = content == null ? '' : textOf(content);
  return [
    ...(text === '' && calls?.length ? [] : [{ role: 'assistant' as const, content: text }]),
    ...(calls ?? []).flatMap((call): ItemParam[] =>
      call.type === 'function'
        ? [{ type: 'function_call', call_id: call.id, name: call.function.name, arguments: call.function.arguments }]
        : [],
    ),
  ];
}

const textOf = (content: string | readonly object[]): string =>
  typeof content === 'string' ? content : content.map((part) => ('text' in part ? String(part.text) : '')).join('\n');

function completed(response: ResponseResource) {
  const { output } = response;
  const calls = output.flatMap((item) => (item.type === 'function_call' ? [toolCall(item)] : []));
  const refusals = partsIn(output, 'refusal');
  const texts = partsIn(output, 'text');
  const message = {
    role: 'assistant',
    content: texts.length > 0 ? texts.join('') : calls.length > 0 || refusals.length > 0 ? null : '',
    refusal: refusals.length > 0 ? refusals.join('') : null,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    choices: [{ index: 0, message, logprobs: null, finish_reason: reasonOf(response) }],
    usage: usageOf(response),
  };
}

const partsIn = (output: readonly ItemField[], member: 'text' | 'refusal'): string[] =>
  output.flatMap((item) =>
    item.type === 'message'
      ? item.content.flatMap((part) =>
          member in part ? [String((part as { text?: string; refusal?: string })[member])] : [],
        )
      : [],
  );

const toolCall = ({ call_id: id, name, arguments: text }: Extract<ItemField, { type: 'function_call' }>) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});

function reasonOf({ output, incomplete_details: incomplete }: ResponseResource): ChatFinishReason {
  if (incomplete?.reason === 'content_filter') return 'content_filter';
  if (incomplete) return 'length';
  return output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop';
}

function usageOf({ usage }: ResponseResource) {
  return {
    prompt_tokens: usage?.input_tokens ?? 0,
    completion_tokens: usage?.output_tokens ?? 0,
    total_tokens: usage?.total_tokens ?? 0,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage?.output_tokens_details.reasoning_tokens ?? 0 },
  };
}

type Chunk = { fault: Extract<StreamItem, { fault: unknown }>['fault'] } | { chunk: object };

/** The chunks of a stream: the role first, then the pieces, then why it ended (Streaming). */
async function* chunksOf(
  items: AsyncIterable<StreamItem>,
  head: object,
  { stream_options: options }: CreateChatCompletionBody,
): AsyncGenerator<Chunk> {
  const usage = options?.include_usage ? { usage: null } : {};
  const chunk = (delta: object, finish_reason: ChatFinishReason | null = null): Chunk => ({
    chunk: {
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...usage,
    },
  });
  let calls = -1;
  yield chunk({ role: 'assistant', content: '', refusal: null });
  for await (const item of items) {
    if ('fault' in item) yield item;
    else {
      const { event } = item;
      if (event.type === 'response.output_text.delta') yield chunk({ content: event.delta });
      else if (event.type === 'response.refusal.delta') yield chunk({ refusal: event.delta });
      else if (event.type === 'response.output_item.added' && event.item?.type === 'function_call') {
        const { call_id: id, name } = event.item;
        yield chunk({ tool_calls: [{ index: ++calls, id, type: 'function', function: { name, arguments: '' } }] });
      } else if (event.type === 'response.function_call_arguments.delta')
        yield chunk({ tool_calls: [{ index: calls, function: { arguments: event.delta } }] });
      else if (event.type === 'response.failed') {
        yield { chunk: { error: { ...event.response.error, type: 'server_error', param: null } } };
      } else if (event.type === 'response.completed' || event.type === 'response.incomplete') {
        yield chunk({}, reasonOf(event.response));
        if (options?.include_usage)
          yield { chunk: { ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(event.response) } };
      }
    }
  }
}

function chunkAnswer(ctx: ResponsesContext, call: Call, chunks: AsyncIterable<Chunk>): StreamAnswer {
  const { impl } = ctx;
  async function* frames(): StreamAnswer['frames'] {
    const textOf = (chunk: object) => ({ text: impl.frameText(ctx, { data: JSON.stringify(chunk) }) });
    for await (const one of chunks) yield 'fault' in one ? [one] : impl.chatChunks(ctx, one.chunk).map(textOf);
    yield [{ text: impl.frameText(ctx, { data: DONE }) }];
  }
  return {
    status: 200,
    headers: impl.streamHeaders(ctx),
    frames: frames(),
    chunks: (text) => impl.chunks(ctx, text),
    broken: () => impl.frameText(ctx, { data: '{"broken":' }),
    failure: (error) => impl.frameText(ctx, { data: impl.refusal(ctx, error).body }),
    keepAlive: ': keep-alive\n\n',
    signal: call.signal,
  };
}

/** The answer in one piece; a place for whoever would have it otherwise. */
export const chatBody = (_ctx: ResponsesContext, value: object): object => value;

/** The chunks that are sent for one. */
export const chatChunks = (_ctx: ResponsesContext, chunk: object): object[] => [chunk];
