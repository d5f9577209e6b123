import type { RunStore } from '../store/store.ts';

/** How many turns that are over are kept, for who looks into the store, and how much of them. */
const TURNS = 100;
const BYTES = 10 * 1024 * 1024;

/** Turns whose answer nobody can ask for again: the newest stay, and no more of them than is worth it. */
export interface PastTurns {
  /** `size`: of what the turn was asked, in characters. */
  add(id: string, size: number): Promise<void>;
}

export function createPastTurns(runs: RunStore): PastTurns {
  const turns: { id: string; size: number }[] = [];
  let total = 0;
  return {
    async add(id, size) {
      turns.push({ id, size });
      total += size;
      // As many as came; those that are still at work are looked at again.
      for (let left = 2; left > 0 && (turns.length > TURNS || (total > BYTES && turns.length > 1)); left -= 1) {
        const oldest = turns.shift()!;
        if (await runs.drop(oldest.id)) total -= oldest.size;
        else turns.push(oldest);
      }
    },
  };
}
