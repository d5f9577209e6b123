import { echoScript } from '@agentproto/script';
import type { AgentMessage, ChatCompletionRequest } from '@agentproto/protocol/open-agent/0.7';
import type { Answer, StreamAnswer } from '../answer.ts';
import { chatChoice, failureOf, sumOf, textChoice, usageOf, wholeChoice } from '../openai/choice.ts';
import type { ChoiceItem, WholeChoice } from '../openai/choice.ts';
import { CHAT_CHUNKS, chunkAnswer, chunksOf, TEXT_CHUNKS } from '../openai/chunks.ts';
import type { ChunkShape } from '../openai/chunks.ts';
import { constrainedTo } from '../openai/constrain.ts';
import type { Constraints } from '../openai/constrain.ts';
import { limited } from '../openai/limits.ts';
import { formatted } from '../openai/sample.ts';
import { charsIn, tokensOf } from '../openai/tokens.ts';
import type { Run } from '../store/store.ts';
import { choiceEvents, endOf } from './choice-events.ts';
import type { Call, HttpRequest } from './call.ts';
import {
  allowanceOf,
  checkChoices,
  countOf,
  mostTokens,
  promptsOf,
  readChatCompletion,
  readCompletion,
  stopsIn,
} from './completion-request.ts';
import type { OpenAgentContext } from './context.ts';
import { systemTexts, told } from './conversation.ts';
import { json } from './errors.ts';
import { entriesOf } from './follow.ts';
import { inputTokens, ownScript } from './run.ts';
import type { Asked, RunStart } from './run-start.ts';

/** How a completion is asked for, and how it is written. */
interface Completion {
  model: string;
  /** One for each choice, in their order. */
  asked: readonly Asked[];
  stop: readonly string[];
  most: number;
  stream: boolean;
  /** The last piece of a stream says what was used. */
  usage: boolean;
  object: string;
  shape: ChunkShape;
  choice: (whole: WholeChoice, index: number) => object;
}

/** Create chat completion: a model alone, in OpenAI's words (README: Chat Completion API). */
export async function createChatCompletion(
  ctx: OpenAgentContext,
  call: Call,
  http: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const request = readChatCompletion(ctx, http);
  const { model, messages, tools = [] } = request;
  const script = ownScript(impl.modelOf(ctx, model));
  const format = formatIn(request);
  const functions = tools.map((tool) => tool.function);
  const constraints: Omit<Constraints, 'may'> = {
    functions,
    allowance: allowanceOf(request),
    parallel: (request as { parallel_tool_calls?: unknown }).parallel_tool_calls !== false,
    mostCalls: Infinity,
    mostTokens: Infinity,
  };
  const asked: Asked = {
    start: startOf(model, messages),
    messages,
    offered: functions.map(({ name }) => name),
    mayAsk: true,
    info: {
      model,
      instructions: systemTexts(messages).join('\n'),
      tools: functions.map(({ name }) => name),
      context: told(messages),
    },
    own: (text) => script ?? (format && echoScript(formatted(text, format))),
    within: (performance) =>
      constrainedTo(performance, {
        ...constraints,
        may: ({ name }) => constraints.allowance.names?.has(name) ?? true,
      }),
  };
  return complete(ctx, call, {
    model,
    asked: Array.from({ length: countOf(request.n) }, () => asked),
    stop: stopsIn(request),
    most: mostTokens(request),
    stream: impl.streamsCompletion(ctx, http, request.stream),
    usage: request.stream_options?.include_usage === true,
    object: 'chat.completion',
    shape: CHAT_CHUNKS,
    choice: chatChoice,
  });
}

/** Create completion: the same model goes on from a text (README: Chat Completion API). */
export async function createCompletion(
  ctx: OpenAgentContext,
  call: Call,
  http: HttpRequest,
): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const request = readCompletion(ctx, http);
  const { model } = request;
  const script = ownScript(impl.modelOf(ctx, model));
  const prompts = promptsOf(request);
  const count = countOf(request.n);
  checkChoices(prompts.length * count);
  const asked = prompts.flatMap((prompt) => {
    const messages: AgentMessage[] = [{ role: 'user', content: prompt }];
    const one: Asked = {
      start: startOf(model, messages),
      messages,
      offered: [],
      mayAsk: false,
      info: { model, context: told(messages) },
      own: () => script,
      ...(request.echo && { before: prompt }),
    };
    return Array.from({ length: count }, () => one);
  });
  return complete(ctx, call, {
    model,
    asked,
    stop: stopsIn(request),
    most: mostTokens(request),
    stream: impl.streamsCompletion(ctx, http, request.stream),
    usage: request.stream_options?.include_usage === true,
    object: 'text_completion',
    shape: TEXT_CHUNKS,
    choice: textChoice,
  });
}

const startOf = (model: string, messages: readonly AgentMessage[]): RunStart => ({
  kind: 'completion',
  sessionId: '',
  model,
  inputTokens: inputTokens(undefined, messages),
});

/** As chat completions nest it (response_format). */
function formatIn({ response_format: format }: ChatCompletionRequest): { type: string; schema?: unknown } | undefined {
  const { type, json_schema: schema } = (format ?? {}) as { type?: unknown; json_schema?: { schema?: unknown } };
  return typeof type === 'string' && type !== 'text' ? { type, schema: schema?.schema } : undefined;
}

/** Accept asks for a stream, as of agents; and so does the body, as OpenAI's clients do (README: Chat Completion API). */
export const streamsCompletion = (ctx: OpenAgentContext, { headers }: HttpRequest, stream = false): boolean =>
  stream || ctx.impl.wantsStream(ctx, headers);

async function complete(ctx: OpenAgentContext, call: Call, completion: Completion): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  const { model, asked, object, shape, choice } = completion;
  const runs: Run[] = [];
  for (const one of asked) runs.push(await impl.beginRun(ctx, call, one));
  const choices = runs.map((run, at) => limitedChoice(ctx, call, run, asked[at]!, completion));
  const head = {
    id: `${object === 'chat.completion' ? 'chat' : ''}${runs[0]!.id.replace('_', '-')}`,
    created: Math.floor(runs[0]!.createdAt / 1_000),
    model: impl.modelEcho(ctx, model),
  };
  if (completion.stream)
    return chunkAnswer(chunksOf(choices, head, shape, { usage: completion.usage }), {
      headers: impl.streamHeaders(ctx),
      frame: (data) => impl.frameText(ctx, { data }),
      sent: (chunk) => impl.completionChunks(ctx, chunk),
      chunks: (text) => impl.chunks(ctx, text),
      failure: (error) => impl.frameText(ctx, { data: impl.refusal(ctx, error, call.operation).body }),
      signal: call.signal,
    });
  const wholes: WholeChoice[] = [];
  for (const one of choices) wholes.push(await wholeChoice(one));
  const failed = wholes.find(({ error }) => error);
  if (failed) return json(ctx, failureOf(failed.error!), 500);
  const body = {
    ...head,
    object,
    choices: wholes.map(choice),
    usage: usageOf(sumOf(wholes.map(({ tokens }) => tokens))),
  };
  return { ...json(ctx, impl.completionBody(ctx, body)), fault: wholes.find(({ fault }) => fault)?.fault };
}

/** What becomes of a run, within what the request allows; who has enough of it leaves it. */
function limitedChoice(
  ctx: OpenAgentContext,
  call: Call,
  run: Run,
  { start, before }: Asked,
  { stop, most }: Completion,
): AsyncIterable<ChoiceItem> {
  const items = choiceOf(ctx, call, run, start);
  const isLimited = stop.length > 0 || most !== Infinity;
  const whole = isLimited ? limited(items, { stop, most, input: start.inputTokens }) : items;
  return before === undefined ? whole : after(before, whole);
}

async function* after(text: string, items: AsyncIterable<ChoiceItem>): AsyncGenerator<ChoiceItem> {
  yield { text };
  yield* items;
}

async function* choiceOf(
  ctx: OpenAgentContext,
  { signal }: Call,
  run: Run,
  { inputTokens: input }: RunStart,
): AsyncGenerator<ChoiceItem> {
  let chars = 0;
  let reasoned = 0;
  let given: { input: number; output: number } | undefined;
  let called = false;
  for await (const batch of entriesOf(ctx, signal, run)) {
    for (const { event } of batch) {
      if (event.type === 'turn' || event.type === 'open') continue;
      if (event.type === 'wire') yield { fault: event.fault };
      if (event.type === 'crash') return yield { error: { message: 'The model crashed.' } };
      chars += charsIn(event);
      if (event.type === 'reasoning') reasoned += event.text.length;
      if (event.type === 'usage') given = { input: event.input, output: event.output };
      if (event.type === 'tool-request') called = true;
      yield* choiceEvents(event);
      if (event.type !== 'end' && event.type !== 'reply') continue;
      const tokens = { ...(given ?? { input, output: tokensOf(chars) }), reasoning: tokensOf(reasoned) };
      yield endOf(event, called, tokens);
    }
  }
}

/** The answer in one piece; a place for whoever would have it otherwise. */
export const completionBody = (_ctx: OpenAgentContext, value: object): object => value;

/** The chunks that are sent for one. */
export const completionChunks = (_ctx: OpenAgentContext, chunk: object): object[] => [chunk];

/** The model that was asked for (README: Chat Completion API). */
export const modelEcho = (_ctx: OpenAgentContext, model: string): string => model;
