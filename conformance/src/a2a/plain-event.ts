import { isRecord } from '../kit/json.ts';

/** The members of a StreamResponse, of which an event has one. */
export const EVENT_MEMBERS = ['task', 'message', 'statusUpdate', 'artifactUpdate'] as const;
export type EventMember = (typeof EVENT_MEMBERS)[number];

/** An event as what it plainly is, whatever its form. */
export interface PlainEvent {
  member: EventMember;
  content: Record<string, unknown>;
  /** How its form differs from `{ [member]: … }`, completing "the event …"; absent where it does not. */
  odd?: string;
  /** In a word. A name is a fault that a server has over every binding, and a rule of its own (STREAM-022). */
  fault?: 'misnamed' | 'bare' | 'several';
}

/** Names under which members were seen at servers of others, without case and separators. */
const ALIASES: Readonly<Record<string, EventMember>> = {
  task: 'task',
  message: 'message',
  msg: 'message',
  statusupdate: 'statusUpdate',
  taskstatusupdate: 'statusUpdate',
  statusupdateevent: 'statusUpdate',
  taskstatusupdateevent: 'statusUpdate',
  artifactupdate: 'artifactUpdate',
  taskartifactupdate: 'artifactUpdate',
  artifactupdateevent: 'artifactUpdate',
  taskartifactupdateevent: 'artifactUpdate',
};

const memberFor = (name: unknown): EventMember | undefined =>
  typeof name === 'string' && Object.hasOwn(ALIASES, name.replace(/[_-]/g, '').toLowerCase())
    ? ALIASES[name.replace(/[_-]/g, '').toLowerCase()]
    : undefined;

/** Which of several members is taken: an answer to a turn that says something of its task says that first. */
const BY_WEIGHT: readonly EventMember[] = ['task', 'statusUpdate', 'artifactUpdate', 'message'];

/** Undefined where nobody could say what it is. */
export function plainEvent(raw: unknown): PlainEvent | undefined {
  if (!isRecord(raw)) return undefined;
  const several = BY_WEIGHT.filter((member) => isRecord(raw[member]));
  const [own] = several;
  if (own) {
    const plain = { member: own, content: raw[own] as Record<string, unknown> };
    if (several.length === 1) return plain;
    return { ...plain, odd: `has ${several.join(' and ')}, and may have one`, fault: 'several' };
  }
  for (const [name, content] of Object.entries(raw)) {
    const member = memberFor(name);
    // A bare update of a task has `status` and the like beside its ids, never one of these names with an object.
    if (member && isRecord(content))
      return { member, content, odd: `is named \`${name}\` instead of \`${member}\``, fault: 'misnamed' };
  }
  const bare = memberFor(raw.kind) ?? bareMember(raw);
  if (!bare) return undefined;
  return {
    member: bare,
    content: raw,
    odd: `is a bare ${bare}, without the member \`${bare}\` around it`,
    fault: 'bare',
  };
}

/** Told by the members that only one of the four has. */
function bareMember(raw: Record<string, unknown>): EventMember | undefined {
  if ('taskId' in raw && isRecord(raw.artifact)) return 'artifactUpdate';
  if ('taskId' in raw && isRecord(raw.status)) return 'statusUpdate';
  if ('id' in raw && isRecord(raw.status)) return 'task';
  if ('messageId' in raw && Array.isArray(raw.parts)) return 'message';
  return undefined;
}

/** What is wrong with the form of an event, with the names that came; undefined where nothing is. */
export function oddForm(raw: unknown): string | undefined {
  const event = plainEvent(raw);
  if (event) return event.odd;
  if (!isRecord(raw)) return raw === undefined ? 'has no JSON' : 'is no object';
  const names = Object.keys(raw);
  return names.length === 0
    ? 'has no member'
    : `has ${names.map((name) => `\`${name}\``).join(', ')} and none of ${EVENT_MEMBERS.join(', ')}`;
}
