import type { RequirementId } from '@agentproto/rules';
import type { SeenThrough } from './result.ts';
import type { Exchange } from '@agentproto/recording';
import { NoAccess } from './stops.ts';
import type { Place } from './subject.ts';

/**
 * What a run has learnt of its target, so that one deviation is one red: what is noted here is told once, and seen
 * through for the rest of the run.
 */
export class Lenience {
  readonly #known = new Map<string, SeenThrough>();
  readonly #tell: (seen: SeenThrough) => void;
  #denied: { status: number; message: string } | undefined;

  /** `tell` hears of each deviation once. */
  constructor(tell: (seen: SeenThrough) => void = () => {}) {
    this.#tell = tell;
  }

  note(requirement: RequirementId, binding: string, what: string, { exchange }: Place): void {
    const key = `${requirement}\n${binding}\n${what}`;
    if (this.#known.has(key)) return;
    const seen = { requirement, binding, what, exchange };
    this.#known.set(key, seen);
    this.#tell(seen);
  }

  /** The target lets us not in: told once. What a play throws. */
  noAccess({ id, request, response }: Exchange): NoAccess {
    const status = response?.status;
    const stop = new NoAccess(`HTTP ${status} at ${request.method} ${request.url} (exchange ${id})`);
    this.#denied ??= { status: status!, message: stop.message };
    return stop;
  }

  /** What the first answer was that let us not in. */
  get denied(): { status: number; message: string } | undefined {
    return this.#denied;
  }

  /** Something was noted for this row over this binding. */
  knows(requirement: RequirementId, binding: string): boolean {
    return [...this.#known.values()].some((seen) => seen.requirement === requirement && seen.binding === binding);
  }
}
