import { setTimeout } from 'node:timers/promises';

/** What the promise brings, or undefined when it takes longer. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const settled = new AbortController();
  const late = setTimeout(ms, undefined, { signal: settled.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort();
  }
}
