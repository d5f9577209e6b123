import type { PartSpec } from '@agentproto/script';
import { foldParts } from '@agentproto/script/outcome';
import { isRecord } from '../kit/json.ts';
import { stateOf, TERMINAL, INTERRUPTED, textOf, type ArtifactView, type EventView, type TaskView } from './view.ts';

/** What anyone could see of a turn over A2A, in the words of the script's `outcome`. */
export interface Observed {
  statuses: string[];
  artifacts: { id: string | undefined; name?: string; parts: unknown[] }[];
  end: string | undefined;
  endText?: string;
  reply?: unknown[];
  text: string;
  /** Calls that the agent asks its caller about; a task alone does not show them. */
  tools?: { name: unknown; args: unknown; by: unknown }[];
}

/** The main answer, where an agent has one: the artifact that text steps are shown as. Where artifacts have no ids but places, it has it as its name. */
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
  let tools: Observed['tools'] = [];
  const [first] = events;
  if (first?.kind === 'message') return { ...folded.observed('reply', statuses), reply: first.message.parts };
  for (const event of events) {
    if (event.kind === 'artifact') folded.artifact(event.artifact, event.append);
    // The opening snapshot may already hold what happened before it was taken.
    if (event.kind === 'task' && end === undefined)
      for (const artifact of event.task.artifacts) folded.artifact(artifact, false);
    const state = stateOf(event);
    if (state !== undefined && (TERMINAL.has(state) || INTERRUPTED.has(state))) {
      end = state;
      if (event.kind === 'status' && event.message) {
        endText = textOf(event.message.parts) || undefined;
        tools = callsIn(event.message.parts);
      }
      // What a target says after the end has a rule of its own.
      break;
    } else if (event.kind === 'status' && event.message) statuses.push(textOf(event.message.parts));
    else if (event.kind === 'task') {
      const status = isRecord(event.task.raw) && isRecord(event.task.raw.status) ? event.task.raw.status : {};
      if (isRecord(status.message) && Array.isArray(status.message.parts)) statuses.push(textOf(status.message.parts));
    }
  }
  return { ...folded.observed(end, statuses), tools, ...(endText === undefined ? {} : { endText }) };
}

/** How our servers say a call over A2A, which has no word for it (docs/script.md). */
function callsIn(parts: readonly unknown[]): NonNullable<Observed['tools']> {
  return parts.flatMap((part) => {
    const call = isRecord(part) && isRecord(part.data) ? part.data.toolCall : undefined;
    return isRecord(call) ? [{ name: call.name, args: call.args, by: call.by }] : [];
  });
}

class Fold {
  readonly #artifacts = new Map<string | undefined, { id: string | undefined; name?: string; parts: unknown[] }>();

  artifact({ id, name, parts }: ArtifactView, append: boolean) {
    const known = append ? this.#artifacts.get(id) : undefined;
    if (known) known.parts.push(...parts);
    else this.#artifacts.set(id, { id, ...(name ? { name } : {}), parts: [...parts] });
  }

  observed(end: string | undefined, statuses: string[]): Observed {
    const artifacts = [...this.#artifacts.values()].map(({ parts, ...rest }) => ({
      ...rest,
      parts: foldParts(parts as PartSpec[]),
    }));
    const answer = artifacts.find(({ id }) => id === ANSWER) ?? artifacts.find(({ name }) => name === ANSWER);
    return {
      statuses,
      artifacts: artifacts.filter((one) => one !== answer),
      end,
      text: textOf(answer?.parts ?? []),
    };
  }
}
