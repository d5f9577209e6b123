import type { Clock } from '@agentproto/script';

/** A clock on which nobody sleeps any more once `stop` aborts. */
export function stoppableClock(clock: Clock, stop: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal ? AbortSignal.any([signal, stop]) : stop),
  };
}
