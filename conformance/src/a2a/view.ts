import { isRecord } from '../kit/json.ts';
import { plainEvent } from './plain-event.ts';

/**
 * What the wire said, in words that do not depend on the era: states in lower case with dashes, events
 * by kind, whatever its member is called. Only well-shaped parts are taken over; `raw` keeps the whole. Nothing here judges.
 */

export interface TaskView {
  id: string | undefined;
  contextId: string | undefined;
  /** `completed`, `input-required` …; a spelling that is none of the era's is left as it came. */
  state: string | undefined;
  artifacts: ArtifactView[];
  history: MessageView[];
  raw: unknown;
}

export interface ArtifactView {
  id: string | undefined;
  name: string | undefined;
  parts: unknown[];
}

export interface MessageView {
  role: string | undefined;
  contextId: string | undefined;
  taskId: string | undefined;
  parts: unknown[];
  raw: unknown;
}

export type EventView =
  | { kind: 'task'; id: string | undefined; contextId: string | undefined; state: string | undefined; task: TaskView }
  | { kind: 'message'; message: MessageView }
  | {
      kind: 'status';
      taskId: string | undefined;
      contextId: string | undefined;
      state: string | undefined;
      message: MessageView | undefined;
    }
  | {
      kind: 'artifact';
      taskId: string | undefined;
      contextId: string | undefined;
      artifact: ArtifactView;
      append: boolean;
      lastChunk: boolean;
    }
  /** Nobody could say what it is. */
  | { kind: 'unreadable'; raw: unknown };

export const TERMINAL = new Set(['completed', 'failed', 'canceled', 'rejected']);
export const INTERRUPTED = new Set(['input-required', 'auth-required']);

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function stateView(status: unknown): string | undefined {
  const state = isRecord(status) ? text(status.state) : undefined;
  // Spellings of 0.3 and of others are read as what they plainly mean; how they are spelt is DM-002's business.
  const plain = state
    ?.replace(/^TASK_STATE_/i, '')
    .toLowerCase()
    .replaceAll('_', '-');
  return plain === 'cancelled' ? 'canceled' : plain;
}

/** `ROLE_AGENT`, however it is spelt. */
function roleView(role: unknown): string | undefined {
  const name = text(role);
  return name && /^(ROLE_)?(agent|user)$/i.test(name) ? `ROLE_${name.replace(/^ROLE_/i, '').toUpperCase()}` : name;
}

export function taskView(raw: unknown): TaskView {
  const task = isRecord(raw) ? raw : {};
  return {
    id: text(task.id),
    contextId: text(task.contextId),
    state: stateView(task.status),
    artifacts: list(task.artifacts).map(artifactView),
    history: list(task.history).map(messageView),
    raw,
  };
}

function artifactView(raw: unknown): ArtifactView {
  const artifact = isRecord(raw) ? raw : {};
  return { id: text(artifact.artifactId), name: text(artifact.name), parts: list(artifact.parts) };
}

export function messageView(raw: unknown): MessageView {
  const message = isRecord(raw) ? raw : {};
  return {
    role: roleView(message.role),
    contextId: text(message.contextId),
    taskId: text(message.taskId),
    parts: list(message.parts),
    raw,
  };
}

/** The event as what it plainly is; its form is judged by the rows about it. */
export function eventView(raw: unknown): EventView {
  const plain = plainEvent(raw);
  if (!plain) return { kind: 'unreadable', raw };
  const { member, content } = plain;
  switch (member) {
    case 'task': {
      const view = taskView(content);
      return { kind: 'task', id: view.id, contextId: view.contextId, state: view.state, task: view };
    }
    case 'statusUpdate': {
      const said = isRecord(content.status) ? content.status.message : undefined;
      return {
        kind: 'status',
        taskId: text(content.taskId),
        contextId: text(content.contextId),
        state: stateView(content.status),
        message: isRecord(said) ? messageView(said) : undefined,
      };
    }
    case 'artifactUpdate':
      return {
        kind: 'artifact',
        taskId: text(content.taskId),
        contextId: text(content.contextId),
        artifact: artifactView(content.artifact),
        append: content.append === true,
        lastChunk: content.lastChunk === true,
      };
    case 'message':
      return { kind: 'message', message: messageView(content) };
  }
}

/** The state that an event tells of; undefined for events that tell of none. */
export function stateOf(event: EventView): string | undefined {
  return event.kind === 'task' || event.kind === 'status' ? event.state : undefined;
}

export function isTerminal(event: EventView): boolean {
  const state = stateOf(event);
  return state !== undefined && TERMINAL.has(state);
}

/** The joined text parts of parts as they came. */
export function textOf(parts: readonly unknown[]): string {
  return parts.map((part) => (isRecord(part) && typeof part.text === 'string' ? part.text : '')).join('');
}
