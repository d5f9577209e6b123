/** Lets a number of visitors in at once; the others wait in the order in which they came. */
export interface Gate {
  /** Resolves to what must be called on leaving. Whoever's `signal` aborts while waiting is let through, to find that out. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createGate(places: number): Gate {
  const waiting = new Set<() => void>();
  let free = places;

  function leave(): void {
    const [next] = waiting;
    if (!next) {
      free++;
      return;
    }
    waiting.delete(next);
    next();
  }
  /** Leaving twice frees one place. */
  const once = () => {
    let left = false;
    return () => {
      if (!left) leave();
      left = true;
    };
  };

  return {
    async enter(signal) {
      if (free > 0) {
        free--;
        return once();
      }
      if (signal.aborted) return () => {};
      const admitted = await new Promise<boolean>((resolve) => {
        const come = () => {
          signal.removeEventListener('abort', giveUp);
          resolve(true);
        };
        const giveUp = () => {
          waiting.delete(come);
          resolve(false);
        };
        waiting.add(come);
        signal.addEventListener('abort', giveUp, { once: true });
      });
      return admitted ? once() : () => {};
    },
  };
}

/** A gate for each key, for as long as anybody is inside or waits. */
export function gatesByKey(places: number): (key: string, signal: AbortSignal) => Promise<() => void> {
  const gates = new Map<string, { gate: Gate; visitors: number }>();
  return async (key, signal) => {
    const one = gates.get(key) ?? { gate: createGate(places), visitors: 0 };
    gates.set(key, one);
    one.visitors++;
    const leave = await one.gate.enter(signal);
    let left = false;
    return () => {
      leave();
      if (left) return;
      left = true;
      if (--one.visitors === 0) gates.delete(key);
    };
  };
}
