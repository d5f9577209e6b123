import type {
  Approval,
  DoneEvent,
  ExecutedApproval,
  ExecutedCommand,
  ExecutedToolCall,
  MetaData,
  StreamEvent,
  ToolCall,
} from '@agentproto/protocol/chat/docs';
import type { AgentEvent, EndState, PartSpec, ToolCall as Call, ToolResult } from '@agentproto/script';
import type { Entry } from '../store/store.ts';
import type { ChatContext } from './context.ts';
import type { ChatTurn, Decision, TurnFold } from './chat-turn.ts';

export const newFold = (): TurnFold => ({
  turn: { message: { role: 'user' }, decisions: [], context: {} },
  asked: false,
});

/** The fold after one more entry. */
export function advance(fold: TurnFold, { event }: Pick<Entry, 'event'>): void {
  // Written by `beginTurn`.
  if (event.type === 'turn') fold.turn = event.input as unknown as ChatTurn;
  if (event.type === 'tool-request' && event.by !== 'server') fold.asked = true;
}

/**
 * The events that one entry of a log makes: how an agent looks in chat is said here and nowhere else.
 *
 * - `status` is an `intermittent_update`; `text` is a `text_delta`, as are a refusal and the parts of artifacts and replies.
 * - Calls by `approval` are `approvals` and `tool_calls` with the same ids, by `client` `tool_calls` alone; those by
 *   `server` are not shown, nor is what came of them (streaming: executed_tool_calls).
 * - Results of decisions are `executed_tool_calls`, `executed_commands`, `executed_approvals`: each where it was decided,
 *   in the order of the decisions.
 * - A turn ends with `done`; failed, rejected, canceled or crashed with `error` and nothing after it.
 */
export function encode(ctx: ChatContext, fold: TurnFold, { event }: Pick<Entry, 'event'>): StreamEvent[] {
  const { impl } = ctx;
  switch (event.type) {
    case 'status':
      return [{ type: 'intermittent_update', text: event.text, content: {} }];
    case 'text':
    case 'refusal':
      return impl.textDelta(ctx, event.text);
    case 'artifact':
      return impl.textDelta(ctx, event.artifact.parts.map(partText).join(''));
    case 'reply':
      return [...impl.textDelta(ctx, event.parts.map(partText).join('')), impl.done(ctx, fold)];
    case 'tool-request':
      return impl.asking(ctx, event);
    case 'tool-result':
      return event.by === 'approval' ? impl.executed(ctx, fold.turn, event.results) : [];
    case 'end':
      return impl.ending(ctx, fold, event);
    case 'crash':
      return [{ type: 'error', error: 'The agent crashed.' }];
    default:
      return [];
  }
}

export const textDelta = (_ctx: ChatContext, text: string): StreamEvent[] =>
  text === '' ? [] : [{ type: 'text_delta', text }];

function partText({ text, data, url, raw }: PartSpec): string {
  return text ?? url ?? raw ?? JSON.stringify(data);
}

/** Calls that wait for the caller (server: Tool Approval Required). */
export function asking(ctx: ChatContext, { by, calls }: Extract<AgentEvent, { type: 'tool-request' }>): StreamEvent[] {
  const { impl } = ctx;
  if (by === 'server') return [];
  const toolCalls: StreamEvent = { type: 'tool_calls', tool_calls: calls.map((call) => impl.toolCall(ctx, call)) };
  if (by === 'client') return [toolCalls];
  return [{ type: 'approvals', approvals: calls.map((call) => impl.approval(ctx, call)) }, toolCalls];
}

export const toolCall = (_ctx: ChatContext, { id, name, args, description = '' }: Call): ToolCall => ({
  id,
  name,
  input: args,
  execute: false,
  tool_description: description,
  input_description: {},
});

export const approval = (_ctx: ChatContext, { id, name, args, description = '' }: Call): Approval => ({
  id,
  type: 'tool_call',
  name,
  input: args,
  execute: false,
  description,
});

/** What came of the caller's decisions; a result that nobody asked for goes with the tool calls. */
export function executed(ctx: ChatContext, { decisions }: ChatTurn, results: readonly ToolResult[]): StreamEvent[] {
  const told = (result: ToolResult, decision?: Decision): ExecutedToolCall => {
    const { id, name, args } = result;
    return { id, name, input: args, output: ctx.impl.output(ctx, result, decision) };
  };
  const byId = new Map(results.map((result) => [result.id, result]));
  const decided = (carrier: Decision['carrier']) =>
    decisions.flatMap((decision) => {
      const result = decision.carrier === carrier && byId.get(decision.id);
      return result ? [{ decision, told: told(result, decision) }] : [];
    });
  const asked = new Set(decisions.map(({ id }) => id));
  const unasked = results.filter(({ id }) => !asked.has(id));
  const calls = [...decided('tool_calls').map((one) => one.told), ...unasked.map((result) => told(result))];
  const commands = decided('cmds').map(({ told: { name, output } }): ExecutedCommand => ({ command: name, output }));
  const approvals = decided('approvals').map(({ told, decision: { kind = 'tool_call' } }): ExecutedApproval => ({
    ...told,
    type: kind,
  }));
  return [
    ...(calls.length > 0 ? [{ type: 'executed_tool_calls' as const, executed_tool_calls: calls }] : []),
    ...(commands.length > 0 ? [{ type: 'executed_commands' as const, executed_cmds: commands }] : []),
    ...(approvals.length > 0 ? [{ type: 'executed_approvals' as const, executed_approvals: approvals }] : []),
  ];
}

/** A failure and a rejection are told in the output too; what is no text is told as JSON text. */
export function output(
  _ctx: ChatContext,
  { output: given = null, rejected }: ToolResult,
  decision: Decision | undefined,
): string {
  if (!rejected) return typeof given === 'string' ? given : JSON.stringify(given);
  return `${decision?.carrier === 'tool_calls' ? 'Tool rejected' : 'Rejected'}: ${rejected.reason ?? ''}`;
}

const FAILURES: { readonly [State in EndState]?: string } = {
  failed: 'The agent failed.',
  rejected: 'The agent rejected the request.',
  canceled: 'The turn was canceled.',
};

/** The last events of a turn. */
export function ending(
  ctx: ChatContext,
  fold: TurnFold,
  { state, text = '' }: Extract<AgentEvent, { type: 'end' }>,
): StreamEvent[] {
  const failure = FAILURES[state];
  if (failure !== undefined) return [{ type: 'error', error: text || failure }];
  return [...ctx.impl.textDelta(ctx, text), ctx.impl.done(ctx, fold)];
}

/** The end of a turn that went well, with the request fields (server: Legacy Endpoints). */
export function done(ctx: ChatContext, { turn, asked }: TurnFold): DoneEvent {
  return {
    type: 'done',
    stop_reason: ctx.impl.stopReason(ctx, asked),
    meta_data: ctx.impl.metaData(ctx, turn.context),
  };
}

export const stopReason = (_ctx: ChatContext, asked: boolean): string | null => (asked ? 'tool_use' : 'end_turn');

export const metaData = (_ctx: ChatContext, context: ChatTurn['context']): MetaData =>
  Object.keys(context).length > 0 ? { request_context: context } : {};
