import type { AnyStreamEvent } from '@agentproto/protocol/responses/openai';
import type { AgentEvent, PartSpec } from '@agentproto/script';
import type { Entry } from '../store/store.ts';
import type { Unnumbered } from './call.ts';
import type { ResponsesContext } from './context.ts';
import type { ResponseFold, ResponseStart } from './response-start.ts';
import { CHARS } from '../openai/tokens.ts';

export const newFold = (id: string): ResponseFold => ({
  id,
  // The first entry of every log has it.
  start: undefined as unknown as ResponseStart,
  createdAt: 0,
  status: 'in_progress',
  output: [],
  sequence: 0,
  outputChars: 0,
  reasoningChars: 0,
  over: false,
});

/**
 * The events that one entry of a log makes, and the fold after it: how an agent looks in responses is said here and in
 * the files that the record names for it.
 *
 * - `text` is output_text of one message, as far as it goes on; `status` a message of its own whose phase is commentary;
 *   filler, the request's echo and replies are messages, too; `refuse` is a refusal, `reason` a reasoning.
 * - Calls by `client` are function calls; by `server` a call and its output (an MCP call at OpenAI); by `approval` an
 *   approval request (at OpenAI alone).
 * - A turn ends completed; failed where it failed, was rejected or crashed; cancelled where it was canceled; incomplete
 *   where `max_output_tokens` was met.
 */
export function encode(
  ctx: ResponsesContext,
  fold: ResponseFold,
  { event, at }: Pick<Entry, 'event' | 'at'>,
): AnyStreamEvent[] {
  if (fold.over) return [];
  const events: Unnumbered[] = [];
  if (event.type === 'turn') {
    // Written by `beginResponse`.
    fold.start = event.input as unknown as ResponseStart;
    fold.createdAt = at;
    if (fold.start.request.background) fold.status = 'queued';
    events.push(...ctx.impl.begun(ctx, fold));
  } else {
    if (fold.status === 'queued') {
      fold.status = 'in_progress';
      events.push({ type: 'response.in_progress', response: ctx.impl.response(ctx, fold) });
    }
    if (event.type === 'crash') {
      fold.error = { code: 'server_error', message: 'The agent crashed.' };
      events.push(...ended(ctx, fold, 'failed', at));
    } else if (event.type !== 'open') {
      events.push(...done(ctx, fold, event, at));
    }
  }
  return events.map((one) => ctx.impl.number(ctx, fold, one));
}

export const number = (_ctx: ResponsesContext, fold: ResponseFold, { type, ...event }: Unnumbered): AnyStreamEvent =>
  ({ type, sequence_number: fold.sequence++, ...event }) as AnyStreamEvent;

/** The first events of a response (Streaming). */
export function begun(ctx: ResponsesContext, fold: ResponseFold): Unnumbered[] {
  const response = ctx.impl.response(ctx, fold);
  return [
    { type: 'response.created', response },
    { type: fold.status === 'queued' ? 'response.queued' : 'response.in_progress', response },
  ];
}

function done(ctx: ResponsesContext, fold: ResponseFold, event: AgentEvent, at: number): Unnumbered[] {
  const { impl } = ctx;
  switch (event.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
    case 'status':
      return said(ctx, fold, event.type, event.text, at);
    case 'artifact': {
      const key = `artifact ${event.artifact.id}`;
      const closed = event.append ? [] : impl.close(ctx, fold);
      const events = event.artifact.parts.flatMap((part) => said(ctx, fold, key, textOf(part), at));
      return [...closed, ...events, ...(event.last && !fold.over ? impl.close(ctx, fold) : [])];
    }
    case 'reply':
      return [
        ...event.parts.flatMap((part) => said(ctx, fold, 'text', textOf(part), at)),
        ...(fold.over ? [] : ended(ctx, fold, 'completed', at)),
      ];
    case 'tool-request': {
      if (event.by === 'server') return [];
      const make = event.by === 'client' ? impl.functionCall : impl.approvalRequest;
      return [...impl.close(ctx, fold), ...event.calls.flatMap((call) => make(ctx, fold, call))];
    }
    case 'tool-result':
      if (event.by === 'client') return [];
      return [
        ...impl.close(ctx, fold),
        ...event.results.flatMap((result) => impl.toolResult(ctx, fold, result, event.by === 'approval')),
      ];
    case 'usage':
      fold.usage = { input: event.input, output: event.output };
      return [];
    case 'end':
      return ending(ctx, fold, event, at);
    default:
      return [];
  }
}

const textOf = ({ text, data }: PartSpec): string => text ?? JSON.stringify(data ?? null);

/** A piece of text in the item that goes on, or in a new one; cut where the limit is met. */
function said(ctx: ResponsesContext, fold: ResponseFold, key: string, text: string, at: number): Unnumbered[] {
  const { impl } = ctx;
  const events: Unnumbered[] = [];
  if (fold.over || text === '') return events;
  if (fold.open && fold.open.key !== key) events.push(...impl.close(ctx, fold));
  if (!fold.open)
    events.push(...(key === 'reasoning' ? impl.openReasoning(ctx, fold) : impl.openMessage(ctx, fold, key)));
  const limit = fold.start.request.max_output_tokens;
  const room = limit == null ? Infinity : limit * CHARS - fold.outputChars;
  const piece = text.length > room ? text.slice(0, room) : text;
  fold.outputChars += piece.length;
  if (key === 'reasoning') fold.reasoningChars += piece.length;
  if (piece !== '') events.push(...impl.delta(ctx, fold, fold.open!, piece));
  if (piece.length < text.length) {
    fold.incomplete = 'max_output_tokens';
    events.push(...ended(ctx, fold, 'incomplete', at));
  } else if (key === 'status') events.push(...impl.close(ctx, fold));
  return events;
}

function ending(
  ctx: ResponsesContext,
  fold: ResponseFold,
  { state, text = '' }: Extract<AgentEvent, { type: 'end' }>,
  at: number,
): Unnumbered[] {
  if (state === 'failed' || state === 'rejected') {
    const code = state === 'failed' ? 'server_error' : 'invalid_prompt';
    fold.error = { code, message: text || `The agent ${state === 'failed' ? 'failed' : 'rejected the request'}.` };
    return ended(ctx, fold, 'failed', at);
  }
  if (state === 'canceled') return ended(ctx, fold, 'cancelled', at);
  const last = said(ctx, fold, 'text', text, at);
  return fold.over ? last : [...last, ...ended(ctx, fold, 'completed', at)];
}

function ended(ctx: ResponsesContext, fold: ResponseFold, status: ResponseFold['status'], at: number): Unnumbered[] {
  const cut = status === 'incomplete' || status === 'cancelled';
  const closed = ctx.impl.close(ctx, fold, ...(cut ? (['incomplete'] as const) : []));
  fold.status = status;
  if (status === 'completed') fold.completedAt = at;
  fold.over = true;
  return [...closed, ...ctx.impl.ended(ctx, fold)];
}
