/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers of a seed, from its first one on until they begin anew. What drew before that goes on by itself. */
export interface Chance {
  readonly random: Random;
  restart(): void;
}

export function chanceOf(seed: number): Chance {
  let random = seeded(seed);
  return {
    get random() {
      return random;
    },
    restart: () => void (random = seeded(seed)),
  };
}
