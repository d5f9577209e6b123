import { isRecord } from '../kit/json.ts';

/**
 * What the wire said, in words that do not depend on the era: states in lower case with dashes, events
 * by kind. Only well-shaped parts are taken over; `raw` keeps the whole. Nothing here judges.
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
  /** A member that a stream event does not have, or several, or none. */
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
  return state?.startsWith('TASK_STATE_')
    ? state.slice('TASK_STATE_'.length).toLowerCase().replaceAll('_', '-')
    : state;
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

export function artifactView(raw: unknown): ArtifactView {
  const artifact = isRecord(raw) ? raw : {};
  return { id: text(artifact.artifactId), name: text(artifact.name), parts: list(artifact.parts) };
}

export function messageView(raw: unknown): MessageView {
  const message = isRecord(raw) ? raw : {};
  return {
    role: text(message.role),
    contextId: text(message.contextId),
    taskId: text(message.taskId),
    parts: list(message.parts),
    raw,
  };
}

export function eventView(raw: unknown): EventView {
  if (!isRecord(raw)) return { kind: 'unreadable', raw };
  const { task, message, statusUpdate, artifactUpdate } = raw;
  if (isRecord(task)) {
    const view = taskView(task);
    return { kind: 'task', id: view.id, contextId: view.contextId, state: view.state, task: view };
  }
  if (isRecord(statusUpdate)) {
    const said = isRecord(statusUpdate.status) ? statusUpdate.status.message : undefined;
    return {
      kind: 'status',
      taskId: text(statusUpdate.taskId),
      contextId: text(statusUpdate.contextId),
      state: stateView(statusUpdate.status),
      message: isRecord(said) ? messageView(said) : undefined,
    };
  }
  if (isRecord(artifactUpdate)) {
    return {
      kind: 'artifact',
      taskId: text(artifactUpdate.taskId),
      contextId: text(artifactUpdate.contextId),
      artifact: artifactView(artifactUpdate.artifact),
      append: artifactUpdate.append === true,
      lastChunk: artifactUpdate.lastChunk === true,
    };
  }
  if (isRecord(message)) return { kind: 'message', message: messageView(message) };
  return { kind: 'unreadable', raw };
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
