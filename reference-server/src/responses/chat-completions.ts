import type {
  AnyStreamEvent,
  ChatAssistantMessage,
  ChatFinishReason,
  ChatMessageParam,
  CreateChatCompletionBody,
  CreateResponseBody,
  ItemParam,
  ResponseResource,
  ToolParam,
} from '@agentproto/protocol/responses/openai';
import type { Answer, StreamAnswer } from '../answer.ts';
import { chatChoice, failureOf, usageOf, wholeChoice } from '../openai/choice.ts';
import type { ChoiceEvent, ChoiceItem, Tokens } from '../openai/choice.ts';
import { CHAT_CHUNKS, chunkAnswer, chunksOf } from '../openai/chunks.ts';
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
  const items = choiceOf(runEvents(ctx, call.signal, run));
  if (request.stream) {
    const usage = request.stream_options?.include_usage === true;
    return chunkAnswer(chunksOf([items], head, CHAT_CHUNKS, { usage }), {
      headers: impl.streamHeaders(ctx),
      frame: (data) => impl.frameText(ctx, { data }),
      sent: (chunk) => impl.chatChunks(ctx, chunk),
      chunks: (text) => impl.chunks(ctx, text),
      failure: (error) => impl.frameText(ctx, { data: impl.refusal(ctx, error).body }),
      signal: call.signal,
    });
  }
  const choice = await wholeChoice(items);
  if (choice.error) return json(ctx, failureOf(choice.error), 500);
  const whole = { ...head, object: 'chat.completion', choices: [chatChoice(choice)], usage: usageOf(choice.tokens) };
  return { ...json(ctx, impl.chatBody(ctx, whole)), fault: choice.fault };
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
    ...(choice != null && { tool_choice: toolChoiceOf(choice) }),
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

function toolChoiceOf(
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

/** What becomes of a response, as the one choice of a completion. */
async function* choiceOf(items: AsyncIterable<StreamItem>): AsyncGenerator<ChoiceItem> {
  for await (const item of items) {
    if ('fault' in item) yield item;
    else yield* choiceEvents(item.event);
  }
}

function choiceEvents(event: AnyStreamEvent): ChoiceEvent[] {
  switch (event.type) {
    case 'response.output_text.delta':
      return [{ text: event.delta }];
    case 'response.refusal.delta':
      return [{ refusal: event.delta }];
    case 'response.output_item.added':
      return event.item?.type === 'function_call' ? [{ call: { id: event.item.call_id, name: event.item.name } }] : [];
    case 'response.function_call_arguments.delta':
      return [{ args: event.delta }];
    case 'response.failed':
      return [{ error: event.response.error ?? { message: 'The response failed.' } }];
    case 'response.completed':
    case 'response.incomplete':
      return [{ ended: reasonOf(event.response), tokens: tokensIn(event.response) }];
    default:
      return [];
  }
}

function reasonOf({ output, incomplete_details: incomplete }: ResponseResource): ChatFinishReason {
  if (incomplete?.reason === 'content_filter') return 'content_filter';
  if (incomplete) return 'length';
  return output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop';
}

const tokensIn = ({ usage }: ResponseResource): Tokens => ({
  input: usage?.input_tokens ?? 0,
  output: usage?.output_tokens ?? 0,
  reasoning: usage?.output_tokens_details.reasoning_tokens ?? 0,
});

/** The answer in one piece; a place for whoever would have it otherwise. */
export const chatBody = (_ctx: ResponsesContext, value: object): object => value;

/** The chunks that are sent for one. */
export const chatChunks = (_ctx: ResponsesContext, chunk: object): object[] => [chunk];
