import type { StreamResponse, TaskStatus } from '@agentproto/protocol/a2a/1.0';
import { phaseOfState } from '../phase.ts';
import { type DropReason } from './delivery.ts';

/** What was taken of one task, so that what comes again or too late can be told (§4.3.3). */
interface Known {
  /** When the task came to its latest state, in milliseconds. */
  at: number | undefined;
  ended: boolean;
  /** The latest event about the state, and the latest about each artifact. */
  status: string | undefined;
  artifacts: Map<string, string>;
  /** What was taken last, and whether its sender may not have learnt of that. */
  last: { print: string; lost: boolean } | undefined;
}

/** Artifacts of one task that are kept in mind. */
const MOST_ARTIFACTS = 100;

/**
 * Tells whether an event has come before, or too late. `print` stands for the whole event. A piece that is appended to an artifact may
 * well be the same as the one before it: it is a duplicate only where the sender cannot have learnt that the one before was taken.
 */
export class DeliveryOrder {
  readonly #known = new Map<string, Known>();
  readonly #most: number;

  /** `most`: tasks that are kept in mind. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Why an event is not for the application; undefined: it is. */
  judge(key: string, event: StreamResponse, print: string): DropReason | undefined {
    const known = this.#known.get(key);
    if (!known) return undefined;
    if (known.last?.lost && known.last.print === print) return 'duplicate';
    const { artifactUpdate, message } = event;
    if (message) return known.last?.print === print ? 'duplicate' : undefined;
    if (artifactUpdate) {
      if (known.ended) return 'after-end';
      const { append, artifact } = artifactUpdate;
      return !append && known.artifacts.get(artifact.artifactId) === print ? 'duplicate' : undefined;
    }
    const status = statusIn(event);
    const at = timeOf(status);
    if (at !== undefined && known.at !== undefined && at < known.at) return 'stale';
    if (known.status === print && (at !== undefined || known.last?.print === print)) return 'duplicate';
    return known.ended && phaseOfState(status.state) !== 'done' ? 'after-end' : undefined;
  }

  /** The event was taken, or need not be. `lost`: its sender left before it could learn that. */
  settle(key: string, event: StreamResponse, print: string, lost: boolean, dropped: boolean): void {
    const known: Known = this.#known.get(key) ?? {
      at: undefined,
      ended: false,
      status: undefined,
      artifacts: new Map(),
      last: undefined,
    };
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > this.#most) forgetOldest(this.#known);
    if (dropped && known.last?.print !== print) return;
    known.last = { print, lost };
    if (dropped || event.message) return;
    if (event.artifactUpdate) {
      const { artifactId } = event.artifactUpdate.artifact;
      known.artifacts.delete(artifactId);
      known.artifacts.set(artifactId, print);
      if (known.artifacts.size > MOST_ARTIFACTS) forgetOldest(known.artifacts);
      return;
    }
    const status = statusIn(event);
    known.at = timeOf(status) ?? known.at;
    known.status = print;
    known.ended = phaseOfState(status.state) === 'done';
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  for (const oldest of map.keys()) return void map.delete(oldest);
}

function statusIn({ task, statusUpdate }: StreamResponse): TaskStatus {
  return (task ?? statusUpdate)!.status;
}

function timeOf({ timestamp }: TaskStatus): number | undefined {
  const at = Date.parse(timestamp ?? '');
  return Number.isNaN(at) ? undefined : at;
}
