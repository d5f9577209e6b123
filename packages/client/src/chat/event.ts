import type { AgentMessage, StreamEvent } from '@agentproto/protocol/chat/docs';
import { MalformedResponseError, type Unread } from '../errors.ts';
import type { Report } from './deviation.ts';
import type { Mask } from './secrets.ts';

/**
 * The least that the rest of the client relies on; the full validators would be ten times its size.
 * Unknown members stay where they are.
 */

type Json = { [member: string]: unknown };
type Type = StreamEvent['type'];
type MemberOf<Event extends StreamEvent> = Exclude<keyof Event, 'type'>;

/** What an event of each type must have (streaming: Stream Event Types). */
const MEMBERS: { readonly [T in Type]: MemberOf<Extract<StreamEvent, { type: T }>> | undefined } = {
  text_delta: 'text',
  intermittent_update: 'text',
  error: 'error',
  tool_calls: 'tool_calls',
  approvals: 'approvals',
  commands: 'commands',
  executed_tool_calls: 'executed_tool_calls',
  executed_approvals: 'executed_approvals',
  executed_commands: 'executed_cmds',
  done: undefined,
};

const LISTS = ['tool_calls', 'approvals', 'cmds', 'executed_tool_calls', 'executed_approvals', 'executed_cmds'];

/** What some servers write for `member`. */
const RENAMED: { readonly [member: string]: string } = { commands: 'cmds', executed_cmds: 'executed_commands' };

/** What is being read, for messages; only an error makes a text of it. */
export interface Place {
  toString(): string;
}

/** Reads what one line or frame says. Undefined: nothing that a turn knows; it was counted, and reported. */
export function readEvent(
  text: string,
  where: Place,
  report: Report,
  mask: Mask,
  unread: Unread,
): StreamEvent | undefined {
  const event = parse(text, where, mask);
  if (!isObject(event) || typeof event['type'] !== 'string') {
    const why = `${where}: expected an object with a type`;
    if (unread.count++ === 0) unread.why = why;
    report('not-an-event', why);
    return undefined;
  }
  const { type } = event;
  // Nearly every event of a stream.
  if (type === 'text_delta' && typeof event['text'] === 'string') return event as unknown as StreamEvent;
  if (!Object.hasOwn(MEMBERS, type)) {
    const why = `${where}: expected one of ${Object.keys(MEMBERS).join(', ')}`;
    if (unread.count++ === 0) unread.why = `${why}, got ${type.slice(0, 40)}`;
    report('unknown-event', why, { ...event, type });
    return undefined;
  }
  const member = MEMBERS[type as Type];
  const renamed = member && event[member] === undefined && RENAMED[member];
  if (renamed && event[renamed] !== undefined) {
    report('member-name', `${where}: ${type}: expected ${member}, got ${renamed}`);
    event[member] = event[renamed];
  }
  if (member) check(event, member, where, type, mask);
  return event as unknown as StreamEvent;
}

/** Reads the answer of /api/chat (server: Response Format). Some servers write null for what is absent. */
export function readMessage(message: unknown, where: string, mask: Mask): AgentMessage {
  if (!isObject(message)) throw malformed('an object', where, message, mask);
  check(message, 'content', where, '', mask);
  const data = message['data'] ?? {};
  if (!isObject(data)) throw malformed('an object', `${where}: data`, data, mask);
  for (const list of LISTS) if (data[list] != null) check(data, list, where, 'data', mask);
  return { ...message, role: 'assistant' } as unknown as AgentMessage;
}

function parse(text: string, where: Place, mask: Mask): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: its message has a piece of the text in it.
    throw new MalformedResponseError('JSON', String(where), mask(text));
  }
}

function check(owner: Json, member: string, where: Place, path: string, mask: Mask): void {
  const value = owner[member];
  const at = () => `${where}${path && `: ${path}`}.${member}`;
  if (member === 'text' || member === 'error' || member === 'content') {
    if (typeof value !== 'string') throw malformed('a text', at(), value, mask);
    return;
  }
  // The same call may come twice, and is known by its id then.
  const isNamed = member === 'tool_calls' || member === 'approvals';
  const isItem = (item: unknown) => isObject(item) && (!isNamed || typeof item['id'] === 'string');
  if (!Array.isArray(value) || !value.every(isItem)) {
    throw malformed(`a list of objects${isNamed ? ' with an id' : ''}`, at(), value, mask);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(expected: string, where: string, value: unknown, mask: Mask): MalformedResponseError {
  return new MalformedResponseError(expected, where, mask(JSON.stringify(value) ?? 'nothing'));
}
