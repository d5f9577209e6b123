import { systemClock } from '@agentproto/script';
import type { Clock } from '@agentproto/script';

/** Calls `fire` once after `ms`; returns what cancels it. */
export type SetTimer = (ms: number, fire: () => void) => () => void;

/** `setTimeout` on a clock. */
export function timerOn(clock: Clock): SetTimer {
  if (clock === systemClock) {
    return (ms, fire) => {
      const timer = setTimeout(fire, ms);
      return () => clearTimeout(timer);
    };
  }
  return (ms, fire) => {
    const cancel = new AbortController();
    void clock.sleep(ms, cancel.signal).then(() => {
      if (!cancel.signal.aborted) fire();
    });
    return () => cancel.abort();
  };
}
