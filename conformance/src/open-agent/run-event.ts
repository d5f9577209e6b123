import type { Exchange, Frame } from '@agentproto/recording';
import { isRecord, record, records, text, type Json } from '../kit/json.ts';
import type { Place, Subject } from '../kit/subject.ts';

/** An event of a run. */
export interface RunEventSeen extends Subject {
  readonly value: Json;
  /** What it calls itself in `event` or `type`; else what the stream calls it (X04). */
  readonly name: string | undefined;
  readonly place: Place;
}

/** What some servers end every stream with; it is no event. */
export const END_MARK = '[DONE]';

export const isEvent = ({ kind, data }: Frame): boolean => kind === 'sse' && data !== END_MARK;

/** The events of a run that can be read; `[DONE]` and comments are left out. */
export function runEventsIn({ id, request, frames }: Exchange): RunEventSeen[] {
  return frames.filter(isEvent).flatMap((frame): RunEventSeen[] => {
    if (!isRecord(frame.json)) return [];
    const place = { exchange: id, frame: frame.index, atMs: Math.round(frame.atMs - request.atMs) };
    return [{ value: frame.json, name: ownName(frame.json) ?? nameAside(frame), place }];
  });
}

/** What an event calls itself: `event` in the schemas, `type` in the prose (X04). */
export const ownName = ({ event, type }: Json): string | undefined => text(event) || text(type) || undefined;

/** The event field of the stream; `message` is what it is without one. */
export const nameAside = ({ event }: Pick<Frame, 'event'>): string | undefined =>
  event === undefined || event === '' || event === 'message' ? undefined : event;

/** No event can be read from it: it is no JSON object, or has no name anywhere. */
export const isUnread = (frame: Frame): boolean =>
  !isRecord(frame.json) || (ownName(frame.json) ?? nameAside(frame)) === undefined;

/** The text of a content: a text, blocks, or a message that has one of these. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content))
    return records(content)
      .map((block) => text(block.text) ?? '')
      .join('');
  const inner = record(content);
  return inner ? textOf(inner.content ?? inner.text) : '';
}

/** What an event says: its content, or that of the message in it. */
export function saidIn({ content, message, messages }: Json): string {
  return textOf(content) || textOf(message) || textOf(records(messages).findLast(({ role }) => role === 'assistant'));
}

/** A tool of the caller, as the agent asks for it. */
export interface ToolAsked {
  tool: string | undefined;
  input: unknown;
  /** Ours, where the server knows calls by id; no document has it. */
  id: string | undefined;
}

/** The tool that an event asks for: a ToolRequest, or a RunResponse with the same members, in its content perhaps. */
export function askedIn({ name, value }: Pick<RunEventSeen, 'name' | 'value'>): ToolAsked | undefined {
  if (name !== 'ToolRequest' && name !== 'RunResponse') return undefined;
  const inner = record(value.content);
  const told = name === 'RunResponse' && typeof value.tool !== 'string' && inner ? inner : value;
  if (name === 'RunResponse' && (typeof told.tool !== 'string' || !('input' in told))) return undefined;
  return { tool: text(told.tool), input: told.input, id: text(told.tool_call_id) ?? text(value.tool_call_id) };
}

/** A call that an assistant's message makes and nothing answers: it may be the caller that has to. */
export function openCallIn({ value }: Pick<RunEventSeen, 'value'>): ToolAsked | undefined {
  const last = records(value.messages).at(-1) ?? record(value.message) ?? record(value.content);
  const call = last?.role === 'assistant' ? records(last.tool_calls)[0] : undefined;
  const called = record(call?.function);
  if (!call || !called) return undefined;
  return { tool: text(called.name), input: called.arguments, id: text(call.id) };
}

/** Says in some way that something went wrong; no document has an event for that. */
export const isTrouble = ({ name, value }: Pick<RunEventSeen, 'name' | 'value'>): boolean =>
  value.error != null ||
  /error|fail/i.test(name ?? '') ||
  /^(failed|error|cancell?ed)$/i.test(text(value.status) ?? '');
