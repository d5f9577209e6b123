import { VirtualClock } from '@agentproto/script';
import type { Clock } from '@agentproto/script';
import { ServerOptionsError } from './options-error.ts';

/** The time of a server. It stands still, and can be moved, where the option `clock` is a VirtualClock. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether it stands still until it is moved. */
  readonly virtual: boolean;
  /** Moves time on, and wakes what sleeps, one after the other. Throws a ServerOptionsError for a clock that goes by itself. */
  advance(ms: number): Promise<void>;
  /** Resolves once at least `count` (default 1) sleep. Throws likewise. */
  sleeping(count?: number): Promise<void>;
}

export function serverClock(clock: Clock): ServerClock {
  const virtual = (): VirtualClock => {
    if (clock instanceof VirtualClock) return clock;
    throw new ServerOptionsError(
      'clock: this one goes by itself; give the server `clock: new VirtualClock(Date.now())`',
    );
  };
  return {
    now: () => clock.now(),
    virtual: clock instanceof VirtualClock,
    advance: async (ms) => virtual().advance(ms),
    sleeping: async (count) => virtual().sleeping(count),
  };
}
