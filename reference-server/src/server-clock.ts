import { VirtualClock } from '@agentproto/script';
import type { Clock } from '@agentproto/script';
import { countedPauses } from './counted-pauses.ts';
import { ServerOptionsError } from './options-error.ts';
import { timerOn } from './timer.ts';
import type { SetTimer } from './timer.ts';

/** The time of a server. It stands still, and can be moved, where the option `clock` is a VirtualClock. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether it stands still until it is moved. */
  readonly virtual: boolean;
  /** Moves time on, and wakes what sleeps, one after the other. Throws a ServerOptionsError for a clock that goes by itself. */
  advance(ms: number): Promise<void>;
  /**
   * Resolves once at least `count` (default 1) sleep: steps of scripts and agents, faults, failures, webhooks between two attempts.
   * Limits and keep-alives, which every turn and stream has, are not counted. Throws likewise.
   */
  sleeping(count?: number): Promise<void>;
}

/** `pause`: timers for what a test may wait for. */
export function serverClock(clock: Clock): ServerClock & { pause: SetTimer } {
  const virtual = (): VirtualClock => {
    if (clock instanceof VirtualClock) return clock;
    throw new ServerOptionsError(
      'clock: this one goes by itself; give the server `clock: new VirtualClock(Date.now())`',
    );
  };
  const timer = timerOn(clock);
  // One that goes by itself cannot be asked.
  const { pause, lasting } =
    clock instanceof VirtualClock ? countedPauses(timer) : { pause: timer, lasting: undefined };
  return {
    pause,
    now: () => clock.now(),
    virtual: clock instanceof VirtualClock,
    advance: async (ms) => virtual().advance(ms),
    sleeping: async (count = 1) => void (virtual() && (await lasting?.(count))),
  };
}
