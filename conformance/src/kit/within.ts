import { AwakeTimer } from '../recorder/awake-timer.ts';

/** What the promise brings, or undefined when it takes longer. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: AwakeTimer | undefined;
  const late = new Promise<undefined>((resolve) => (timer = new AwakeTimer(ms, () => resolve(undefined))));
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer?.stop();
  }
}
