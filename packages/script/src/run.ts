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

/** The events of one turn, as they come. */
export interface AgentRun extends AsyncGenerator<AgentEvent, void, undefined> {
  /**
   * Takes out of the iteration, at most `max`, what comes next without a wait. None: the turn is over, or has to wait
   * or to crash, which `next` does. Not while a `next` is under way.
   */
  take(max: number): AgentEvent[];
}

/**
 * Plays one turn of a script. The last event is an `end` or `reply`, unless the script throws: then the
 * iteration throws an {@link AgentCrash}. A consumer that leaves early (`return`) ends every wait at once.
 * The signal of the context is looked at when somebody has to wait, and not before.
 */
export function run(script: Script, context: RunContext = {}): AgentRun {
  const { turn = 0, input = { text: '' } } = context;
  const todo = createTodo(acts(script, turn, input));
  let waiting: { events: AsyncGenerator<AgentEvent, void, undefined>; stop: AbortController } | undefined;
  const started = () => {
    if (!waiting) {
      const stop = new AbortController();
      waiting = { stop, events: play(todo, turnOf(script, turn, input).onCancel, context, stop) };
    }
    return waiting.events;
  };
  const events: AgentRun = {
    take: (max) => (waiting?.stop.signal.aborted ? [] : todo.take(max)),
    next: () => started().next(),
    return(value) {
      // A generator that waits hears of `return` only after the wait; so the wait has to end first.
      waiting?.stop.abort(LEFT);
      return started().return(value);
    },
    throw: (error) => started().throw(error),
    [Symbol.asyncIterator]: () => events,
    async [Symbol.asyncDispose]() {
      await events.return();
    },
  };
  return events;
}

/** What a turn has still to do. */
interface Todo {
  take(max: number): AgentEvent[];
  next(): Act | undefined;
}

function createTodo(all: Iterator<Act, void, undefined>): Todo {
  /** Was looked at, and is no event. */
  let ahead: Act | undefined;
  return {
    take(max) {
      const events: AgentEvent[] = [];
      while (ahead === undefined && events.length < max) {
        const { value: act } = all.next();
        if (act === undefined) break;
        if ('type' in act) events.push(act);
        else ahead = act;
      }
      return events;
    },
    next() {
      const act = ahead ?? all.next().value ?? undefined;
      ahead = undefined;
      return act;
    },
  };
}

/** Why `stop` aborted, when it was not for a cancel. */
const LEFT = 'the consumer left';

async function* play(
  todo: Todo,
  onCancel: OnCancel,
  context: RunContext,
  stop: AbortController,
): AsyncGenerator<AgentEvent, void, undefined> {
  const { signal: asked, clock = systemClock } = context;
  try {
    if (asked) stopWhenCanceled(stop, asked, onCancel, clock);
    for (let act = todo.next(); act !== undefined; act = todo.next()) {
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
