import type { RequirementId } from '@agentproto/rules';
import type { SeenThrough } from './result.ts';
import type { Exchange } from '@agentproto/recording';
import { NoAccess } from './stops.ts';
import type { Place } from './subject.ts';

type Rows = ReadonlyMap<RequirementId, { id: RequirementId }>;

/**
 * What a run has learnt of its target, so that one deviation is one red: what is noted here is told once, and seen
 * through for the rest of the run.
 */
export class Lenience {
  readonly #known: Map<string, SeenThrough>;
  readonly #tell: (seen: SeenThrough) => void;
  readonly #door: { denied?: { status: number; message: string } };
  readonly #rows: Rows | undefined;

  /** `tell` hears of each deviation once. */
  constructor(tell: (seen: SeenThrough) => void = () => {}, whole?: Lenience, rows?: Rows) {
    this.#tell = whole ? whole.#tell : tell;
    this.#known = whole ? whole.#known : new Map();
    this.#door = whole ? whole.#door : {};
    this.#rows = rows;
  }

  /** The same, where these rows are judged: what another revision calls otherwise is told by its name here. */
  under(rows: Rows): Lenience {
    return new Lenience(undefined, this, rows);
  }

  note(requirement: RequirementId, binding: string, what: string, { exchange }: Place): void {
    const row = this.#rows ? this.#rows.get(requirement)?.id : requirement;
    const key = `${row ?? `no row for ${requirement}`}\n${binding}\n${what}`;
    if (this.#known.has(key)) return;
    const seen = { requirement: row ?? requirement, binding, what, exchange };
    this.#known.set(key, seen);
    // What this revision has no rule about is seen through in silence.
    if (row) this.#tell(seen);
  }

  /** The target lets us not in: told once. What a play throws. */
  noAccess({ id, request, response }: Exchange): NoAccess {
    const status = response?.status;
    const stop = new NoAccess(`HTTP ${status} at ${request.method} ${request.url} (exchange ${id})`);
    this.#door.denied ??= { status: status!, message: stop.message };
    return stop;
  }

  /** What the first answer was that let us not in. */
  get denied(): { status: number; message: string } | undefined {
    return this.#door.denied;
  }

  /** The revision has such a row. */
  judges(requirement: RequirementId): boolean {
    return this.#rows?.has(requirement) ?? true;
  }

  /** Something was noted for this row over this binding. */
  knows(requirement: RequirementId, binding: string): boolean {
    const row = this.#rows?.get(requirement)?.id ?? requirement;
    return [...this.#known.values()].some((seen) => seen.requirement === row && seen.binding === binding);
  }
}
