import type { PartSpec } from '@agentproto/script';
import { foldParts } from '@agentproto/script/outcome';
import { isRecord, stateOf, TERMINAL, INTERRUPTED, textOf, type ArtifactView, type EventView, type TaskView } from './view.ts';

/** What anyone could see of a turn over A2A, in the words of the script's `outcome`. */
export interface Observed {
  statuses: string[];
  artifacts: { id: string | undefined; name?: string; parts: unknown[] }[];
  end: string | undefined;
  endText?: string;
  reply?: unknown[];
  text: string;
}

/** The main answer, where an agent has one: the artifact that text steps are shown as. */
const ANSWER = 'answer';

export function observeTask(task: TaskView): Observed {
  const folded = new Fold();
  for (const artifact of task.artifacts) folded.artifact(artifact, false);
  return folded.observed(task.state, []);
}

export function observeStream(events: readonly EventView[]): Observed {
  const folded = new Fold();
  const statuses: string[] = [];
  let end: string | undefined;
  let endText: string | undefined;
  const [first] = events;
  if (first?.kind === 'message') return { ...folded.observed('reply', statuses), reply: first.message.parts };
  for (const event of events) {
    if (event.kind === 'artifact') folded.artifact(event.artifact, event.append);
    // The opening snapshot may already hold what happened before it was taken.
    if (event.kind === 'task' && end === undefined) for (const artifact of event.task.artifacts) folded.artifact(artifact, false);
    const state = stateOf(event);
    if (state !== undefined && (TERMINAL.has(state) || INTERRUPTED.has(state))) {
      end = state;
      if (event.kind === 'status' && event.message) endText = textOf(event.message.parts);
      // What a target says after the end has a rule of its own.
      break;
    } else if (event.kind === 'status' && event.message) statuses.push(textOf(event.message.parts));
    else if (event.kind === 'task') {
      const status = isRecord(event.task.raw) && isRecord(event.task.raw.status) ? event.task.raw.status : {};
      if (isRecord(status.message) && Array.isArray(status.message.parts)) statuses.push(textOf(status.message.parts));
    }
  }
  return { ...folded.observed(end, statuses), ...(endText === undefined ? {} : { endText }) };
}

class Fold {
  readonly #artifacts = new Map<string | undefined, { id: string | undefined; name?: string; parts: unknown[] }>();

  artifact({ id, name, parts }: ArtifactView, append: boolean) {
    const known = append ? this.#artifacts.get(id) : undefined;
    if (known) known.parts.push(...parts);
    else this.#artifacts.set(id, { id, ...(name ? { name } : {}), parts: [...parts] });
  }

  observed(end: string | undefined, statuses: string[]): Observed {
    const artifacts = [...this.#artifacts.values()].map(({ parts, ...rest }) => ({ ...rest, parts: foldParts(parts as PartSpec[]) }));
    return {
      statuses,
      artifacts: artifacts.filter(({ id }) => id !== ANSWER),
      end,
      text: textOf(artifacts.find(({ id }) => id === ANSWER)?.parts ?? []),
    };
  }
}
