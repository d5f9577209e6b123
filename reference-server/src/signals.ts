/** Named signals, for `hold until signal`. */
export interface Signals {
  /** Wakes all that wait for the name; if nobody does, the next one to wait passes at once. */
  give(name: string): void;
  /** Resolves when the signal is given, or when `stop` aborts. */
  wait(name: string, stop: AbortSignal): Promise<void>;
}

export function createSignals(): Signals {
  const given = new Set<string>();
  const waiting = new Map<string, Set<() => void>>();
  return {
    give(name) {
      const sleepers = waiting.get(name);
      if (!sleepers) return void given.add(name);
      for (const wake of [...sleepers]) wake();
    },
    wait(name, stop) {
      if (stop.aborted || given.delete(name)) return Promise.resolve();
      return new Promise((resolve) => {
        const sleepers = waiting.get(name) ?? new Set();
        const wake = () => {
          sleepers.delete(wake);
          if (sleepers.size === 0) waiting.delete(name);
          stop.removeEventListener('abort', wake);
          resolve();
        };
        waiting.set(name, sleepers.add(wake));
        stop.addEventListener('abort', wake, { once: true });
      });
    },
  };
}
