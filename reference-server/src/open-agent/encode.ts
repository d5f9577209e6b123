import type { AgentMessage } from '@agentproto/protocol/open-agent/0.7';
import type { AgentEvent, Json, PartSpec, ToolCall, ToolResult } from '@agentproto/script';
import { charsIn, tokensOf } from '../openai/tokens.ts';
import type { Entry } from '../store/store.ts';
import type { OpenAgentContext } from './context.ts';
import type { RunFold, RunStart, WireEvent } from './run-start.ts';
import { microdollars } from './usage.ts';

/** What is always a text has this type, as the schemas' default says (YAML, TeamRunResponse). */
const CONTENT_TYPE = 'str';

export const newFold = (id: string): RunFold => ({
  id,
  // The first entry of every log has it.
  start: undefined as unknown as RunStart,
  createdAt: 0,
  content: [],
  messages: [],
  chars: 0,
  halted: false,
  over: false,
});

/**
 * The events that one entry of a log makes, and the fold after it: how an agent looks in the Open Agent API is said here.
 *
 * - `text`, `refuse`, replies, filler and the request's echo are RunResponses, whose contents make up the answer.
 * - `delegate` is one with `from`, and so is what the leader of a team says itself, where it is a member.
 * - `reason` and `status` are RunResponses without content; what was thought is in a message of theirs.
 * - Calls by `server` are ToolCallStarted and ToolCallCompleted; by `client` ToolRequests, with which the stream ends.
 * - A turn ends with RunCompleted: succeeded, failed (it failed, was rejected, or crashed), or canceled.
 */
export function encode(ctx: OpenAgentContext, fold: RunFold, { event, at }: Pick<Entry, 'event' | 'at'>): WireEvent[] {
  if (fold.over) return [];
  if (event.type === 'turn') {
    // Written by `beginRun`.
    fold.start = event.input as unknown as RunStart;
    fold.createdAt = at;
    fold.from = fold.start.speaker;
    return [ctx.impl.runStarted(ctx, fold, at)];
  }
  if (event.type === 'open') return [];
  if (event.type === 'crash') return failed(ctx, fold, 'The agent crashed.', at);
  fold.chars += charsIn(event);
  return done(ctx, fold, event, at);
}

function done(ctx: OpenAgentContext, fold: RunFold, event: AgentEvent, at: number): WireEvent[] {
  const { impl } = ctx;
  switch (event.type) {
    case 'text':
    case 'refusal':
      fold.from = fold.start.speaker;
      return said(ctx, fold, event.text, at);
    case 'reasoning':
      return [impl.runResponse(ctx, fold, '', at, { messages: [aside({ reasoning_content: event.text })] })];
    case 'status':
      return [impl.runResponse(ctx, fold, '', at, { messages: [aside({ thinking: event.text })] })];
    case 'artifact':
      return event.artifact.parts.flatMap((part) => said(ctx, fold, textOf(part), at));
    case 'delegation':
      fold.from = event.from;
      return event.text === undefined ? [impl.runResponse(ctx, fold, '', at)] : said(ctx, fold, event.text, at);
    case 'tool-request':
      if (event.by === 'server') {
        fold.messages.push(calling(event.calls));
        return event.calls.map((call) => impl.toolCallStarted(ctx, fold, call, at));
      }
      fold.halted = true;
      return event.calls.map((call) => impl.toolRequest(ctx, fold, call, at));
    case 'tool-result':
      if (event.by !== 'server') return [];
      fold.messages.push(...event.results.map(resultMessage));
      return event.results.map((result) => impl.toolCallCompleted(ctx, fold, result, at));
    case 'usage':
      fold.usage = { input: event.input, output: event.output };
      return [];
    case 'reply':
      return [...event.parts.flatMap((part) => said(ctx, fold, textOf(part), at)), ...succeeded(ctx, fold, at)];
    case 'end':
      return ending(ctx, fold, event, at);
    default:
      return [];
  }
}

const textOf = ({ text, data, url }: PartSpec): string => text ?? url ?? JSON.stringify(data ?? null);

const aside = (thought: Partial<AgentMessage>): AgentMessage => ({ role: 'assistant', content: '', ...thought });

function said(ctx: OpenAgentContext, fold: RunFold, text: string, at: number): WireEvent[] {
  if (text === '') return [];
  fold.content.push(text);
  return [ctx.impl.runResponse(ctx, fold, text, at)];
}

function ending(
  ctx: OpenAgentContext,
  fold: RunFold,
  { state, text = '' }: Extract<AgentEvent, { type: 'end' }>,
  at: number,
): WireEvent[] {
  if (state === 'failed' || state === 'rejected') {
    const why = text || `The agent ${state === 'failed' ? 'failed' : 'rejected the request'}.`;
    return failed(ctx, fold, why, at, state === 'rejected');
  }
  if (state === 'canceled') {
    fold.status = 'canceled';
    return over(ctx, fold, at);
  }
  return [...said(ctx, fold, text, at), ...succeeded(ctx, fold, at)];
}

function succeeded(ctx: OpenAgentContext, fold: RunFold, at: number): WireEvent[] {
  fold.status = 'succeeded';
  return over(ctx, fold, at);
}

function failed(ctx: OpenAgentContext, fold: RunFold, message: string, at: number, rejected = false): WireEvent[] {
  fold.status = 'failed';
  fold.failure = { message, rejected };
  return over(ctx, fold, at);
}

function over(ctx: OpenAgentContext, fold: RunFold, at: number): WireEvent[] {
  fold.over = true;
  return fold.halted && fold.status === 'succeeded' ? ctx.impl.halted(ctx, fold, at) : ctx.impl.ended(ctx, fold, at);
}

/** Who halts for a tool is not done (README: Agents API): the ToolRequest is the last event. */
export const halted = (_ctx: OpenAgentContext, _fold: RunFold, _at: number): WireEvent[] => [];

/** The events that end a run: what it has cost, and what it came to. */
export const ended = (ctx: OpenAgentContext, fold: RunFold, at: number): WireEvent[] => [
  ctx.impl.costSummary(ctx, fold, at),
  ctx.impl.runCompleted(ctx, fold, at),
];

/** Members that every event has. */
const common = ({ id, start: { sessionId, model, agentId } }: RunFold, at: number) => ({
  run_id: id,
  session_id: sessionId,
  created_at: Math.floor(at / 1_000),
  model,
  ...(agentId !== undefined && { agent_id: agentId }),
});

export const runStarted = (ctx: OpenAgentContext, fold: RunFold, at: number): WireEvent =>
  ctx.impl.runEvent(ctx, 'RunStarted', { ...common(fold, at), content: '', content_type: CONTENT_TYPE });

export const runResponse = (
  ctx: OpenAgentContext,
  fold: RunFold,
  content: string,
  at: number,
  more: object = {},
): WireEvent =>
  ctx.impl.runEvent(ctx, 'RunResponse', {
    ...common(fold, at),
    content,
    content_type: CONTENT_TYPE,
    ...ctx.impl.speaker(ctx, fold),
    ...more,
  });

/** Who is speaking, in a team (README: Teams API). */
export const speaker = (_ctx: OpenAgentContext, { from }: RunFold): { from?: string } =>
  from === undefined ? {} : { from };

export const toolCallStarted = (ctx: OpenAgentContext, fold: RunFold, call: ToolCall, at: number): WireEvent =>
  ctx.impl.runEvent(ctx, 'ToolCallStarted', {
    ...common(fold, at),
    content: '',
    content_type: CONTENT_TYPE,
    ...ctx.impl.speaker(ctx, fold),
    tools: [toolOf(call)],
  });

export const toolCallCompleted = (ctx: OpenAgentContext, fold: RunFold, result: ToolResult, at: number): WireEvent =>
  ctx.impl.runEvent(ctx, 'ToolCallCompleted', {
    ...common(fold, at),
    content: '',
    content_type: CONTENT_TYPE,
    ...ctx.impl.speaker(ctx, fold),
    tools: [
      {
        ...toolOf(result),
        content: outputText(result.output),
        tool_call_error: isError(result.output),
        created_at: Math.floor(at / 1_000),
      },
    ],
  });

/** What the caller is to do; the id of the call is ours, and goes into the answer (OAA-X04). */
export const toolRequest = (ctx: OpenAgentContext, fold: RunFold, call: ToolCall, at: number): WireEvent =>
  ctx.impl.runEvent(ctx, 'ToolRequest', {
    ...common(fold, at),
    ...ctx.impl.speaker(ctx, fold),
    tool: call.name,
    input: call.args,
    tool_call_id: call.id,
  });

export const costSummary = (ctx: OpenAgentContext, fold: RunFold, at: number): WireEvent =>
  ctx.impl.runEvent(ctx, 'CostSummary', { ...common(fold, at), cost: costOf(fold) });

export const runCompleted = (ctx: OpenAgentContext, fold: RunFold, at: number): WireEvent =>
  ctx.impl.runEvent(ctx, 'RunCompleted', {
    ...common(fold, at),
    content: ctx.impl.finalContent(ctx, fold),
    content_type: CONTENT_TYPE,
    status: fold.status,
    runtime: Math.max(0, at - fold.createdAt) / 1_000,
    metrics: metricsOf(fold, at),
    ...(fold.failure && { error: { message: fold.failure.message } }),
  });

/** The whole answer; where it failed, why. */
export const finalContent = (_ctx: OpenAgentContext, { failure, content }: RunFold): string =>
  failure?.message ?? content.join('');

const tokensIn = ({ usage, start, chars }: RunFold) => ({
  input: usage?.input ?? start.inputTokens,
  output: usage?.output ?? tokensOf(chars),
});

export function costOf(fold: RunFold): { input_tokens: number; output_tokens: number; microdollars: number } {
  const used = tokensIn(fold);
  return { input_tokens: used.input, output_tokens: used.output, microdollars: microdollars(used) };
}

/** What was used, in the words of agents and in those of models (YAML, AgentMessageMetrics). */
export function metricsOf(fold: RunFold, at: number): object {
  const { input, output } = tokensIn(fold);
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    prompt_tokens: input,
    completion_tokens: output,
    time: Math.max(0, at - fold.createdAt) / 1_000,
  };
}

const toolOf = ({ id, name, args }: ToolCall | ToolResult) => ({
  role: 'tool',
  tool_call_id: id,
  tool_name: name,
  tool_args: args,
  tool_call_error: false,
});

const outputText = (output: Json | undefined): string =>
  typeof output === 'string' ? output : JSON.stringify(output ?? null);

/** What a tool threw is `{ error }` alone (`server-tools.ts`). */
const isError = (output: Json | undefined): boolean =>
  typeof output === 'object' && output !== null && !Array.isArray(output) && Object.keys(output).join() === 'error';

const calling = (calls: readonly ToolCall[]): AgentMessage => ({
  role: 'assistant',
  content: '',
  tool_calls: calls.map(({ id, name, args }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  })),
});

const resultMessage = ({ id, name, args, output }: ToolResult): AgentMessage => ({
  role: 'tool',
  tool_call_id: id,
  tool_name: name,
  tool_args: args,
  tool_call_error: isError(output),
  content: outputText(output),
});
