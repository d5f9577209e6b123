import type { ItemField } from '@agentproto/protocol/responses/openai';
import type { ToolCall, ToolResult } from '@agentproto/script';
import type { Unnumbered } from './call.ts';
import type { ResponsesContext } from './context.ts';
import type { OpenItem, ResponseFold } from './response-start.ts';

/** How long the pieces are in which arguments come. */
const PIECE = 16;

const nextId = (ctx: ResponsesContext, fold: ResponseFold, type: string): string =>
  ctx.impl.itemId(ctx, fold.id, type, `o${fold.output.length}`);
const place = (fold: ResponseFold, { item }: OpenItem) => ({
  item_id: String(item.id),
  output_index: fold.output.length,
});

function opened(fold: ResponseFold, key: string, item: ItemField): Unnumbered {
  fold.open = { key, item, chunks: [] };
  return { type: 'response.output_item.added', output_index: fold.output.length, item };
}

const isRefusal = ({ key }: OpenItem): boolean => key === 'refusal';
const textPart = (text: string) => ({ type: 'output_text' as const, text, annotations: [], logprobs: [] });
const refusalPart = (refusal: string) => ({ type: 'refusal' as const, refusal });
const thought = (text: string) => ({ type: 'reasoning_text' as const, text });
const summary = (text: string) => ({ type: 'summary_text' as const, text });

/** A message and its only content part (Items are streamable). */
export function openMessage(ctx: ResponsesContext, fold: ResponseFold, key: string): Unnumbered[] {
  const phase = ctx.impl.hasPhase(ctx)
    ? { phase: key === 'status' ? ('commentary' as const) : ('final_answer' as const) }
    : {};
  const id = nextId(ctx, fold, 'message');
  const added = opened(fold, key, {
    type: 'message',
    id,
    status: 'in_progress',
    role: 'assistant',
    content: [],
    ...phase,
  });
  const open = fold.open!;
  const part = isRefusal(open) ? refusalPart('') : textPart('');
  return [added, { type: 'response.content_part.added', ...place(fold, open), content_index: 0, part }];
}

/** Whether messages say what they are for; that came with 2026-04-24. */
export const hasPhase = (_ctx: ResponsesContext): boolean => true;

const summed = ({ start: { request } }: ResponseFold): boolean => request.reasoning?.summary != null;

/** A reasoning with its content or, where it was asked for, a summary of it (Reasoning). */
export function openReasoning(ctx: ResponsesContext, fold: ResponseFold): Unnumbered[] {
  const hidden = fold.start.request.include?.includes('reasoning.encrypted_content');
  const item: ItemField = {
    type: 'reasoning',
    id: nextId(ctx, fold, 'reasoning'),
    status: 'in_progress',
    summary: [],
    ...(!summed(fold) && { content: [] }),
    ...(hidden && { encrypted_content: '' }),
  };
  const added = opened(fold, 'reasoning', item);
  const at = place(fold, fold.open!);
  if (summed(fold))
    return [added, { type: 'response.reasoning_summary_part.added', ...at, summary_index: 0, part: summary('') }];
  return [added, { type: 'response.content_part.added', ...at, content_index: 0, part: thought('') }];
}

/** One more piece of the text of an item. */
export function delta(ctx: ResponsesContext, fold: ResponseFold, open: OpenItem, text: string): Unnumbered[] {
  open.chunks.push(text);
  const at = place(fold, open);
  if (open.key === 'reasoning') {
    if (summed(fold)) return [{ type: 'response.reasoning_summary_text.delta', ...at, summary_index: 0, delta: text }];
    // One of two names, by revision.
    return [{ type: `${ctx.impl.reasoningType(ctx)}.delta`, ...at, content_index: 0, delta: text } as Unnumbered];
  }
  if (isRefusal(open)) return [{ type: 'response.refusal.delta', ...at, content_index: 0, delta: text }];
  return [
    { type: 'response.output_text.delta', ...at, content_index: 0, delta: text, logprobs: logprobsOf(fold, text) },
  ];
}

/** What `include` asks for: the piece as one token that was certain. */
function logprobsOf({ start: { request } }: ResponseFold, token: string) {
  if (!request.include?.includes('message.output_text.logprobs')) return [];
  const one = { token, logprob: 0, bytes: [...Buffer.from(token)] };
  return [{ ...one, top_logprobs: (request.top_logprobs ?? 0) > 0 ? [one] : [] }];
}

/** The stream of events that has the names of Open Responses; OpenAI says `response.reasoning_text`. */
export const reasoningType = (_ctx: ResponsesContext): string => 'response.reasoning';

/** Closes the item that is open, if one is (Items are state machines). */
export function close(ctx: ResponsesContext, fold: ResponseFold, status?: 'incomplete'): Unnumbered[] {
  const { open } = fold;
  if (!open) return [];
  const at = place(fold, open);
  const text = open.chunks.join('');
  const events: Unnumbered[] = [];
  let item: ItemField = { ...open.item, status: status ?? 'completed' } as ItemField;
  if (item.type === 'reasoning' && summed(fold)) {
    events.push({ type: 'response.reasoning_summary_text.done', ...at, summary_index: 0, text });
    events.push({ type: 'response.reasoning_summary_part.done', ...at, summary_index: 0, part: summary(text) });
    item = { ...item, summary: [summary(text)] };
  } else if (item.type === 'reasoning') {
    events.push({ type: `${ctx.impl.reasoningType(ctx)}.done`, ...at, content_index: 0, text } as Unnumbered);
    events.push({ type: 'response.content_part.done', ...at, content_index: 0, part: thought(text) });
    item = { ...item, content: [thought(text)] };
  } else if (item.type === 'message' && isRefusal(open)) {
    events.push({ type: 'response.refusal.done', ...at, content_index: 0, refusal: text });
    events.push({ type: 'response.content_part.done', ...at, content_index: 0, part: refusalPart(text) });
    item = { ...item, content: [refusalPart(text)] };
  } else if (item.type === 'message') {
    const part = { ...textPart(text), logprobs: open.chunks.flatMap((chunk) => logprobsOf(fold, chunk)) };
    events.push({ type: 'response.output_text.done', ...at, content_index: 0, text, logprobs: part.logprobs });
    events.push({ type: 'response.content_part.done', ...at, content_index: 0, part });
    item = { ...item, content: [part] };
  }
  if (item.type === 'reasoning' && item.encrypted_content != null)
    item = { ...item, encrypted_content: Buffer.from(text).toString('base64') };
  return [...events, finish(fold, item)];
}

function finish(fold: ResponseFold, item: ItemField): Unnumbered {
  delete fold.open;
  const done: Unnumbered = { type: 'response.output_item.done', output_index: fold.output.length, item };
  fold.output.push(item);
  return done;
}

/** The item as far as it has been made, for whoever asks in the middle. */
export function soFar({ open }: ResponseFold): ItemField[] {
  if (!open) return [];
  const { item, chunks } = open;
  if (item.type !== 'message' || isRefusal(open)) return [item];
  return [{ ...item, content: [textPart(chunks.join(''))] }];
}

/** A function of the caller is called: its arguments come in pieces. */
export function functionCall(
  ctx: ResponsesContext,
  fold: ResponseFold,
  { id: call_id, name, args }: ToolCall,
): Unnumbered[] {
  const text = JSON.stringify(args);
  const item: ItemField = {
    type: 'function_call',
    id: nextId(ctx, fold, 'function_call'),
    call_id,
    name,
    arguments: '',
    status: 'in_progress',
  };
  const added = opened(fold, 'call', item);
  const at = place(fold, fold.open!);
  return [
    added,
    ...pieces(text).map((piece): Unnumbered => ({
      type: 'response.function_call_arguments.delta',
      ...at,
      delta: piece,
    })),
    { type: 'response.function_call_arguments.done', ...at, name, arguments: text },
    finish(fold, { ...item, arguments: text, status: 'completed' }),
  ];
}

const pieces = (text: string): string[] => text.match(new RegExp(`[^]{1,${PIECE}}`, 'g')) ?? [];

/** What the server ran by itself: the call, and what it gave (Tools: the output is an item as well). */
export function toolResult(
  ctx: ResponsesContext,
  fold: ResponseFold,
  result: ToolResult,
  _approved: boolean,
): Unnumbered[] {
  const { id: call_id, output = null, rejected } = result;
  if (rejected) return [];
  const own = ctx.impl.hostedTool(ctx, fold, result);
  if (own) return [opened(fold, 'call', own), finish(fold, { ...own, status: 'completed' } as ItemField)];
  const called = ctx.impl.functionCall(ctx, fold, result);
  const item: ItemField = {
    type: 'function_call_output',
    id: nextId(ctx, fold, 'function_call_output'),
    call_id,
    output: typeof output === 'string' ? output : JSON.stringify(output),
    status: 'completed',
  };
  return [...called, opened(fold, 'output', item), finish(fold, item)];
}

/** A tool of the request whose type has a prefix has items of its own (Extending tools). */
export function hostedTool(
  ctx: ResponsesContext,
  fold: ResponseFold,
  { name, args, output = null }: ToolResult,
): ItemField | undefined {
  const isOwn = name.includes(':') && fold.start.request.tools.some(({ type }) => type === name);
  if (!isOwn) return undefined;
  const type = `${name}_call` as const;
  const id = nextId(ctx, fold, type);
  return { type, id, status: 'in_progress', arguments: JSON.stringify(args), output } as unknown as ItemField;
}

const labelOf = ({ start: { request } }: ResponseFold): string =>
  request.tools.flatMap((tool) => (tool.type === 'mcp' ? [tool.server_label] : []))[0] ?? 'agentproto';

/** OpenAI: a tool of an MCP server waits for a yes (Guide: Remote MCP). */
export function approvalRequest(
  _ctx: ResponsesContext,
  fold: ResponseFold,
  { id, name, args }: ToolCall,
): Unnumbered[] {
  const item: ItemField = {
    type: 'mcp_approval_request',
    id,
    server_label: labelOf(fold),
    name,
    arguments: JSON.stringify(args),
  };
  return [opened(fold, 'approval', item), finish(fold, item)];
}

/** OpenAI: a tool of an MCP server, run. */
export function mcpCall(
  ctx: ResponsesContext,
  fold: ResponseFold,
  result: ToolResult,
  approved: boolean,
): Unnumbered[] {
  const { id, name, args, output = null, rejected } = result;
  if (rejected) return [];
  const text = JSON.stringify(args);
  const item: ItemField = {
    type: 'mcp_call',
    id: nextId(ctx, fold, 'mcp_call'),
    server_label: labelOf(fold),
    name,
    arguments: '',
    status: 'in_progress',
    output: null,
    error: null,
    approval_request_id: approved ? id : null,
  };
  const added = opened(fold, 'call', item);
  const at = place(fold, fold.open!);
  return [
    added,
    { type: 'response.mcp_call.in_progress', ...at },
    ...pieces(text).map((piece): Unnumbered => ({ type: 'response.mcp_call_arguments.delta', ...at, delta: piece })),
    { type: 'response.mcp_call_arguments.done', ...at, arguments: text },
    { type: 'response.mcp_call.completed', ...at },
    finish(fold, {
      ...item,
      arguments: text,
      status: 'completed',
      output: typeof output === 'string' ? output : JSON.stringify(output),
    }),
  ];
}
