import { acts, type Act } from './acts.ts';
import { AgentCrash } from './agent-crash.ts';
import { systemClock, type Clock } from './clock.ts';
import type { AgentEvent } from './event.ts';
import type { TurnInput } from './input.ts';
import { HOLD_MS, LATE_CANCEL_MS, type OnCancel, type Script } from './script.ts';
import { turnOf } from './turn.ts';

export interface RunContext {
  /** Which message this is: 0 (default) is the first; see `turnAfter` for the ones that follow. */
  turn?: number;
  /** The message. Default: an empty text. */
  input?: TurnInput;
  /** Aborts when a cancel is asked for; `onCancel` says what the agent makes of it. */
  signal?: AbortSignal;
  /** Default: the system's. */
  clock?: Clock;
  /** Resolves when somebody gives the named signal. Without it, `hold until signal` lasts its `maxMs`. */
  waitForSignal?: (name: string, signal: AbortSignal) => Promise<void>;
}

/**
 * Plays one turn of a script. The last event is an `end` or `reply`, unless the script throws: then the
 * iteration throws an {@link AgentCrash}. A consumer that leaves early (`return`) ends every wait at once.
 */
export function run(script: Script, context: RunContext = {}): AsyncGenerator<AgentEvent, void, undefined> {
  const stop = new AbortController();
  const events = play(script, context, stop);
  const close = events.return.bind(events);
  // A generator that waits hears of `return` only after the wait; so the wait has to end first.
  events.return = (value) => {
    stop.abort(LEFT);
    return close(value);
  };
  return events;
}

/** Why `stop` aborted, when it was not for a cancel. */
const LEFT = 'the consumer left';

async function* play(
  script: Script,
  context: RunContext,
  stop: AbortController,
): AsyncGenerator<AgentEvent, void, undefined> {
  const { turn = 0, input = { text: '' }, signal: asked, clock = systemClock } = context;
  const { onCancel } = turnOf(script, turn, input);
  try {
    if (asked) stopWhenCanceled(stop, asked, onCancel, clock);
    for (const act of acts(script, turn, input)) {
      if (stop.signal.aborted) {
        if (stop.signal.reason !== LEFT) yield { type: 'end', state: 'canceled' };
        return;
      }
      if ('type' in act) yield act;
      else if ('throw' in act) throw new AgentCrash(act.throw);
      else if ('sleep' in act) await clock.sleep(act.sleep, stop.signal);
      else await hold(act.hold, { ...context, clock, onCancel, stop: stop.signal });
    }
  } finally {
    stop.abort(LEFT);
  }
}

function stopWhenCanceled(stop: AbortController, asked: AbortSignal, onCancel: OnCancel, clock: Clock): void {
  if (onCancel === 'ignore') return;
  const cancel = () => {
    if (onCancel === 'cooperate') stop.abort();
    else void clock.sleep(LATE_CANCEL_MS, stop.signal).then(() => stop.abort());
  };
  if (asked.aborted) cancel();
  else asked.addEventListener('abort', cancel, { once: true, signal: stop.signal });
}

type Hold = Extract<Act, { hold: object }>['hold'];
type HoldContext = Omit<RunContext, 'clock'> & { clock: Clock; onCancel: OnCancel; stop: AbortSignal };

async function hold({ until, signal: name = '', maxMs = HOLD_MS }: Hold, context: HoldContext): Promise<void> {
  const { signal: asked, clock, onCancel, stop, waitForSignal } = context;
  if (until === 'cancel') {
    await clock.sleep(maxMs, asked ? AbortSignal.any([asked, stop]) : stop);
    // Once asked, `late` waits for its cancel to come, so that the script does not run to its end before that.
    if (asked?.aborted && onCancel === 'late') await aborted(stop);
    return;
  }
  const over = new AbortController();
  const either = AbortSignal.any([stop, over.signal]);
  try {
    await Promise.race([clock.sleep(maxMs, either), ...(waitForSignal ? [waitForSignal(name, either)] : [])]);
  } catch (error) {
    // A wait may end an abort by rejecting; that is no fault of the agent.
    if (!stop.aborted) throw error;
  } finally {
    over.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
