import type { Message, Part, StreamResponse, TaskStatus } from '@agentproto/protocol/a2a/1.0';
import type { PartSpec, ToolCall, ToolRunner } from '@agentproto/script';
import type { Entry } from '../store/store.ts';
import type { A2AContext } from './context.ts';
import type { TaskFold } from './fold.ts';
import { TASK_STATE } from './task-state.ts';
import type { TaskRunState } from './task-state.ts';

/** The artifact that holds the agent's main answer; each turn begins it anew. */
const ANSWER_ID = 'answer';

/**
 * The updates that one entry of a log makes; `fold` is the task before it. How the events of an agent look in
 * A2A is said here and nowhere else. The task itself, which begins a stream, is no update.
 */
export function updates(ctx: A2AContext, fold: TaskFold, entry: Omit<Entry, 'frames'>): StreamResponse[] {
  const { event } = entry;
  switch (event.type) {
    case 'turn':
      return event.turn === 0 ? [] : statusUpdate(ctx, fold, entry, 'working', []);
    case 'status':
      return statusUpdate(ctx, fold, entry, 'working', textParts(event.text));
    case 'text': {
      if (event.text === '') return [];
      const artifact = { artifactId: ANSWER_ID, parts: textParts(event.text) };
      return [{ artifactUpdate: { taskId: fold.id, contextId: fold.contextId, artifact, append: fold.answering } }];
    }
    case 'artifact': {
      const { id, ...rest } = event.artifact;
      const artifact = { artifactId: id, ...rest, parts: rest.parts.map(wirePart) };
      const append = event.append && fold.artifacts.has(id);
      return [
        { artifactUpdate: { taskId: fold.id, contextId: fold.contextId, artifact, append, lastChunk: event.last } },
      ];
    }
    case 'reply':
      return statusUpdate(ctx, fold, entry, 'completed', event.parts.map(wirePart));
    case 'end':
      return statusUpdate(ctx, fold, entry, event.state, [
        ...textParts(event.text),
        ...(event.state === 'input-required' && fold.asked ? callParts(fold.asked) : []),
      ]);
    case 'crash':
      return statusUpdate(ctx, fold, entry, 'failed', textParts('The agent crashed.'));
    default:
      return [];
  }
}

function statusUpdate(
  ctx: A2AContext,
  fold: TaskFold,
  entry: Omit<Entry, 'frames'>,
  state: TaskRunState,
  parts: Part[],
): StreamResponse[] {
  const status = statusOf(ctx, fold, entry, state, parts);
  return [{ statusUpdate: { taskId: fold.id, contextId: fold.contextId, status } }];
}

function statusOf(
  ctx: A2AContext,
  fold: TaskFold,
  { seq, at }: Omit<Entry, 'frames'>,
  state: TaskRunState,
  parts: Part[],
): TaskStatus {
  const message = parts.length > 0 && agentMessage(`${fold.id}-${seq}`, fold.contextId, parts, fold.id);
  return { state: TASK_STATE[state], ...(message && { message }), timestamp: ctx.impl.timestamp(ctx, at) };
}

/** The agent's direct answer, of which no task remains (§3.1.1). */
export function directMessage(ctx: A2AContext, fold: TaskFold, parts: readonly PartSpec[]): Message {
  return agentMessage(ctx.impl.newId(ctx), fold.contextId, parts.map(wirePart));
}

function agentMessage(messageId: string, contextId: string, parts: Part[], taskId?: string): Message {
  return { messageId, contextId, ...(taskId !== undefined && { taskId }), role: 'ROLE_AGENT', parts };
}

const textParts = (text: string | undefined): Part[] => (text ? [{ text }] : []);

/** Part and PartSpec say the same in the same words; only the types of `data` differ. */
const wirePart = (part: PartSpec): Part => part;

/** One data part for each call that the caller is asked to run, or to approve. */
function callParts({ by, calls }: { by: ToolRunner; calls: readonly ToolCall[] }): Part[] {
  return calls.map((call) => ({ data: { toolCall: { ...call, by } }, mediaType: 'application/json' }));
}

/** A result as the binding writes it: the operations are in its words already. */
export const writeResult = (_ctx: A2AContext, _binding: string, _method: string, result: unknown): unknown => result;

/** The same of one event of a stream. */
export const writeEvent = (_ctx: A2AContext, _binding: string, event: StreamResponse): StreamResponse => event;
