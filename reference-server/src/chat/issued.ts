/** Calls that wait for a decision of their callers: how many are known, at most; the oldest are forgotten. */
const MOST = 10_000;

/**
 * The ids of calls that the server has asked about, and that nobody has decided yet. Two conversations may ask about the
 * same id.
 */
export interface Issued {
  ask(owner: string, id: string): void;
  /** Whether it waited; it does no more. */
  settle(owner: string, id: string): boolean;
}

export function createIssued(): Issued {
  const waiting = new Map<string, number>();
  return {
    ask(owner, id) {
      const key = JSON.stringify([owner, id]);
      const count = (waiting.get(key) ?? 0) + 1;
      waiting.delete(key);
      waiting.set(key, count);
      if (waiting.size > MOST) waiting.delete(waiting.keys().next().value!);
    },
    settle(owner, id) {
      const key = JSON.stringify([owner, id]);
      const count = waiting.get(key) ?? 0;
      if (count > 1) waiting.set(key, count - 1);
      else waiting.delete(key);
      return count > 0;
    },
  };
}
