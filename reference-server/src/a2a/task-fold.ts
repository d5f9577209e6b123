import type {
  Artifact,
  Message,
  Part,
  StreamResponse,
  Task,
  TaskArtifactUpdateEvent,
} from '@agentproto/protocol/a2a/1.0';
import type { Entry, Run } from '../store/store.ts';
import type { A2AContext } from './context.ts';
import { updates } from './encode.ts';
import type { TaskFold, TaskViewOptions } from './fold.ts';

/** Of all tasks that have none yet. */
const NONE: ReadonlyMap<string, Artifact> = new Map();

export function newFold(run: Pick<Run, 'id' | 'contextId'>): TaskFold {
  return {
    id: run.id,
    // Every run of this family gets one when it is made.
    contextId: run.contextId ?? '',
    status: { state: 'TASK_STATE_WORKING' },
    artifacts: NONE,
    history: [],
    answering: false,
    asked: undefined,
  };
}

/** Its own: nothing in it is changed when the other goes on. */
export const copyTask = ({ artifacts, history, ...rest }: TaskFold): TaskFold => ({
  ...rest,
  artifacts:
    artifacts.size === 0
      ? NONE
      : new Map([...artifacts].map(([id, artifact]) => [id, { ...artifact, parts: [...artifact.parts] }])),
  history: [...history],
});

/** Takes one more entry in: what a client would do with the updates that the entry makes, `made` where they are made already. */
export function advance(
  ctx: A2AContext,
  fold: TaskFold,
  entry: Omit<Entry, 'frames'>,
  made: readonly StreamResponse[] = updates(ctx, fold, entry),
): void {
  const { at, event } = entry;
  if (event.type === 'turn') {
    supersede(fold);
    // The log holds what `acceptMessage` has validated.
    fold.history.push(event.input as unknown as Message);
    fold.status = { state: 'TASK_STATE_WORKING', timestamp: ctx.impl.timestamp(ctx, at) };
    fold.answering = false;
    fold.asked = undefined;
    return;
  }
  if (event.type === 'text') fold.answering ||= made.length > 0;
  if (event.type === 'tool-request' && event.by !== 'server') fold.asked = event;
  for (const update of made) apply(fold, update);
}

function apply(fold: TaskFold, { statusUpdate, artifactUpdate }: StreamResponse): void {
  if (statusUpdate) {
    supersede(fold);
    fold.status = statusUpdate.status;
  }
  if (artifactUpdate) keep(fold, artifactUpdate);
}

/** A status message that is no longer the current one is history (§3.7). */
function supersede({ status, history }: TaskFold): void {
  if (status.message) history.push(status.message);
}

function keep(fold: TaskFold, { artifact, append }: TaskArtifactUpdateEvent): void {
  const before = append ? fold.artifacts.get(artifact.artifactId) : undefined;
  if (before) appendParts(before.parts, artifact.parts);
  else {
    // A fold is its owner's: the map is its own, unless it is nobody's yet.
    const artifacts = fold.artifacts === NONE ? new Map<string, Artifact>() : (fold.artifacts as Map<string, Artifact>);
    artifacts.set(artifact.artifactId, { ...artifact, parts: [...artifact.parts] });
    fold.artifacts = artifacts;
  }
}

/** In how many pieces a text came is of no interest any more. */
function appendParts(parts: Part[], more: readonly Part[]): void {
  for (const part of more) {
    const last = parts.at(-1);
    if (last && isPlainText(last) && isPlainText(part) && last.mediaType === part.mediaType) {
      parts[parts.length - 1] = { ...last, text: last.text + part.text };
    } else {
      parts.push(part);
    }
  }
}

const isPlainText = (part: Part): part is Extract<Part, { text: string }> =>
  part.text !== undefined && part.filename === undefined && part.metadata === undefined;

/** An artifact that is shown does not grow any more. */
const settled = (artifact: Artifact): Artifact => ({ ...artifact, parts: [...artifact.parts] });

/** The task as it is shown. Members that would be empty are left out (§3.1.4, §3.2.4). */
export function taskView(
  ctx: A2AContext,
  fold: TaskFold,
  { historyLength, includeArtifacts = true }: TaskViewOptions = {},
): Task {
  const history = ctx.impl.recentHistory(ctx, fold.history, historyLength);
  return {
    id: fold.id,
    contextId: fold.contextId,
    status: fold.status,
    ...(includeArtifacts && fold.artifacts.size > 0 && { artifacts: [...fold.artifacts.values()].map(settled) }),
    ...(history.length > 0 && { history }),
  };
}

/** The most recent messages, at most as many as asked for; all when nothing is asked (§3.2.4). */
export function recentHistory(_ctx: A2AContext, history: readonly Message[], length: number | undefined): Message[] {
  return length === undefined ? [...history] : history.slice(Math.max(0, history.length - length));
}

let newest = { at: Number.NaN, text: '' };

/** ISO 8601 in UTC, with milliseconds (§5.6.1). The same moment is asked for again and again. */
export function timestamp(_ctx: A2AContext, at: number): string {
  if (newest.at !== at) newest = { at, text: new Date(at).toISOString() };
  return newest.text;
}
