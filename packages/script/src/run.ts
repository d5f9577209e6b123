import { acts, type Act } from './acts.ts';
import { AgentBusy } from './agent-busy.ts';
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
 * Plays one turn of a script. The last event is an `end` or `reply`, unless the script throws or is busy: then the
 * iteration throws an {@link AgentCrash} or an {@link AgentBusy}. A consumer that leaves early (`return`) ends every wait at once.
 * The signal of the context is looked at when somebody has to wait, and not before.
 */
export function run(script: Script, context: RunContext = {}): AgentRun {
  return new ScriptRun(script, context);
}

/** A class, because there is one for each turn, for as long as it waits. */
class ScriptRun implements AgentRun {
  readonly #context: RunContext;
  readonly #onCancel: OnCancel;
  readonly #todo: Todo;
  #waiting: { events: AsyncGenerator<AgentEvent, void, undefined>; stop: AbortController } | undefined;

  constructor(script: Script, context: RunContext) {
    const { turn = 0, input = { text: '' } } = context;
    this.#context = context;
    this.#onCancel = turnOf(script, turn, input).onCancel;
    this.#todo = new Todo(acts(script, turn, input));
  }

  take(max: number): AgentEvent[] {
    return this.#waiting?.stop.signal.aborted ? [] : this.#todo.take(max);
  }

  next(): Promise<IteratorResult<AgentEvent, void>> {
    return this.#started().next();
  }

  return(value: void | PromiseLike<void>): Promise<IteratorResult<AgentEvent, void>> {
    // A generator that waits hears of `return` only after the wait; so the wait has to end first.
    this.#waiting?.stop.abort(LEFT);
    return this.#started().return(value);
  }

  throw(error: unknown): Promise<IteratorResult<AgentEvent, void>> {
    return this.#started().throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #started(): AsyncGenerator<AgentEvent, void, undefined> {
    if (!this.#waiting) {
      const stop = new AbortController();
      this.#waiting = { stop, events: play(this.#todo, this.#onCancel, this.#context, stop) };
    }
    return this.#waiting.events;
  }
}

/** What a turn has still to do. */
class Todo {
  readonly #all: Iterator<Act, void, undefined>;
  /** Was looked at, and is no event. */
  #ahead: Act | undefined;

  constructor(all: Iterator<Act, void, undefined>) {
    this.#all = all;
  }

  take(max: number): AgentEvent[] {
    const events: AgentEvent[] = [];
    while (this.#ahead === undefined && events.length < max) {
      const { value: act } = this.#all.next();
      if (act === undefined) break;
      if ('type' in act) events.push(act);
      else this.#ahead = act;
    }
    return events;
  }

  next(): Act | undefined {
    const act = this.#ahead ?? this.#all.next().value ?? undefined;
    this.#ahead = undefined;
    return act;
  }
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
  const cancel = asked && onCancel !== 'ignore' ? whenCanceled(stop, onCancel, clock) : undefined;
  try {
    if (asked?.aborted) cancel?.();
    else if (cancel) asked?.addEventListener('abort', cancel);
    for (let act = todo.next(); act !== undefined; act = todo.next()) {
      if (stop.signal.aborted) {
        if (stop.signal.reason !== LEFT) yield { type: 'end', state: 'canceled' };
        return;
      }
      if ('type' in act) yield act;
      else if ('throw' in act) throw new AgentCrash(act.throw);
      else if ('busy' in act) throw new AgentBusy(act.busy);
      else if ('sleep' in act) await clock.sleep(act.sleep, stop.signal);
      else await hold(act.hold, { context, clock, onCancel, stop: stop.signal });
    }
  } finally {
    if (cancel) asked?.removeEventListener('abort', cancel);
    stop.abort(LEFT);
  }
}

function whenCanceled(stop: AbortController, onCancel: OnCancel, clock: Clock): () => void {
  if (onCancel === 'cooperate') return () => stop.abort();
  return () => void clock.sleep(LATE_CANCEL_MS, stop.signal).then(() => stop.abort());
}

type Hold = Extract<Act, { hold: object }>['hold'];
interface HoldContext {
  context: RunContext;
  clock: Clock;
  onCancel: OnCancel;
  stop: AbortSignal;
}

/** Who cooperates is stopped by the cancel itself; then there is one signal to wait for. */
const hold = ({ until, signal = '', maxMs = HOLD_MS }: Hold, context: HoldContext): Promise<void> =>
  until === 'signal'
    ? holdUntilSignal(signal, maxMs, context)
    : context.onCancel === 'cooperate'
      ? context.clock.sleep(maxMs, context.stop)
      : holdUntilCancel(maxMs, context);

async function holdUntilCancel(maxMs: number, { context, clock, onCancel, stop }: HoldContext): Promise<void> {
  const { signal: asked } = context;
  await clock.sleep(maxMs, asked ? AbortSignal.any([asked, stop]) : stop);
  // Once asked, `late` waits for its cancel to come, so that the script does not run to its end before that.
  if (asked?.aborted && onCancel === 'late') await aborted(stop);
}

async function holdUntilSignal(name: string, maxMs: number, { context, clock, stop }: HoldContext): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([stop, over.signal]);
  try {
    await Promise.race([
      clock.sleep(maxMs, either),
      ...(context.waitForSignal ? [context.waitForSignal(name, either)] : []),
    ]);
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
