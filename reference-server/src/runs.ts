import { foldRun } from './store/fold-run.ts';
import type { AgentEvent, Clock, Json, Script } from '@agentproto/script';
import { Due, DueQueue } from './due-queue.ts';
import type { LateAbort } from './late-abort.ts';
import { createLogWriter } from './log-writer.ts';
import type { LogWriter } from './log-writer.ts';
import type { RunFold, Viewing } from './run-fold.ts';
import { HttpError } from './http-error.ts';
import { ConflictError } from './store/store.ts';
import type { RunEvent } from './store/run-event.ts';
import type { Run, RunHead, Store } from './store/store.ts';
import type { SetTimer } from './timer.ts';

/** What an agent does, as it comes. */
export interface AgentEvents extends AsyncIterable<AgentEvent> {
  /** Takes out of the iteration, at most `max`, what comes next without a wait; none when something has to be waited for. */
  take?: (max: number) => readonly AgentEvent[];
}

/** The log of a run as its family folds it. */
export interface Folding<View = unknown> {
  /** The log up to where the run stands; the run's own from now on. */
  fold: RunFold<View>;
  viewing: Viewing<View>;
}

/** One message of the caller, and the agent that answers it. */
export interface TurnStart<View = unknown> extends Folding<View> {
  /** The message in the family's own words. */
  input: Json;
  /** Kept with the turn, so that later turns of the script can be found. */
  script?: Script | undefined;
  /** The agent at work. */
  events: AgentEvents;
  /** Aborts when the turn is to be canceled; the agent has its signal. */
  abort: LateAbort;
  /**
   * A run is opened by its agent's first event, unless that is a direct reply or a crash; and when nothing
   * came for this long. Milliseconds of the clock; 0: after one round of the event loop.
   */
  openAfterMs: number;
}

export interface Runs {
  /** Stores a new run with its first turn and sets the agent to work. Returns the run after its turn mark. */
  start<View>(head: RunHead, turn: TurnStart<View>): Promise<Run>;
  /** The next turn of a run that waits for its caller. Throws a ConflictError when it has gone on since. */
  follow<View>(run: Run, turn: TurnStart<View>): Promise<Run>;
  /**
   * Asks the agent to stop, and waits at most `waitMs` (of the clock) until its turn is over. After `forceMs`, if that is
   * said, the turn ends as canceled whatever the agent does.
   */
  cancel<View>(run: Run, folding: () => Promise<Folding<View>>, waitMs: number, forceMs?: number): Promise<void>;
  /** Stops every agent; nothing is written to a log any more. */
  close(): void;
}

export interface RunsOptions {
  store: Store;
  clock: Pick<Clock, 'now'>;
  setTimer: SetTimer;
  /** The longest time of one turn, milliseconds of the clock. */
  turnMs: number;
  /** Turns that are at work at once. */
  maxTurns?: number;
  /** Is told what an agent crashed of. */
  onCrash: (runId: string, error: unknown) => void;
}

/** Those that are at work, and how long each may be. */
interface AtWork {
  live: Map<string, LiveTurn>;
  limit: DueQueue;
}

/** A turn whose agent has something to wait for. Its time is limited by one timer for all. */
class LiveTurn extends Due {
  readonly id: string;
  readonly log: LogWriter;
  readonly abort: LateAbort;
  readonly #atWork: AtWork;
  #cancelOpening: (() => void) | undefined;
  #waiting: (() => void)[] | undefined;
  #isFinished = false;

  constructor(id: string, log: LogWriter, abort: LateAbort, atWork: AtWork) {
    super();
    this.id = id;
    this.log = log;
    this.abort = abort;
    this.#atWork = atWork;
    atWork.live.set(id, this);
    atWork.limit.add(this);
  }

  /** Opens the run, unless something opens it before; `wait` returns what cancels it. */
  openAfter(wait: (open: () => void) => () => void): void {
    this.#cancelOpening = wait(() => {
      this.#cancelOpening = undefined;
      // A log that cannot be written is the agent's to report.
      void this.log.open().catch(() => {});
    });
  }

  /** It takes too long. */
  fallDue(): void {
    const text = `The agent took longer than ${this.#atWork.limit.ms} ms.`;
    void this.log.append({ type: 'end', state: 'failed', text }).catch(() => {});
    this.abort.abort();
  }

  /** Ends as canceled, though the agent goes on. */
  force(): void {
    const over = () => this.finish();
    void this.log.append({ type: 'end', state: 'canceled' }).then(over, over);
  }

  /** Nothing more is timed, and who waits for the agent goes on. */
  finish(): void {
    const { live, limit } = this.#atWork;
    if (live.get(this.id) === this) live.delete(this.id);
    limit.remove(this);
    this.#isFinished = true;
    this.#cancelOpening?.();
    for (const goOn of this.#waiting ?? []) goOn();
  }

  whenFinished(goOn: () => void): void {
    if (this.#isFinished) goOn();
    else (this.#waiting ??= []).push(goOn);
  }
}

/** Events that are written in one go, at most; then others have their turn. */
const AT_ONCE = 256;

/** Sets agents to work and writes down what they do. A run goes on whether anybody listens or not. */
export function createRuns({ store, clock, setTimer, turnMs, maxTurns = Infinity, onCrash }: RunsOptions): Runs {
  const live = new Map<string, LiveTurn>();
  const atWork = { live, limit: new DueQueue(turnMs, clock, setTimer) };
  let closed = false;
  const isClosed = () => closed;
  /** Not among the live ones yet. */
  let starting = 0;

  /** Rejects with an HttpError (503) when as many agents are at work as may be. */
  const admitted = (work: () => Promise<Run>): Promise<Run> => (maxTurns === Infinity ? work() : counted(work));

  async function counted(work: () => Promise<Run>): Promise<Run> {
    if (live.size + starting >= maxTurns) {
      const message = `The server has ${maxTurns} turns at work, as many as it may have at once.`;
      throw new HttpError('UNAVAILABLE', message, { 'retry-after': '1' });
    }
    starting++;
    try {
      return await work();
    } finally {
      starting--;
    }
  }

  const writer = <View>(run: Run, { fold, viewing }: Folding<View>): LogWriter =>
    createLogWriter({ store, clock, run, fold, viewing, isClosed });

  /** Most turns are over here: what the agent does without waiting is written with the message, in one go. */
  async function begin<View>(run: Run, start: TurnStart<View>): Promise<Run> {
    const { input, script, events, fold, abort, openAfterMs } = start;
    const log = writer(run, start);
    const mark: RunEvent = { type: 'turn', turn: fold.turns, input, ...(script && { script }) };
    const entry = { seq: run.seq + 1, at: clock.now(), event: mark, frames: 0 };
    try {
      await log.append(mark, ...(events.take?.(AT_ONCE) ?? []));
    } catch (error) {
      if (error instanceof ConflictError) throw error;
      await fail(run.id, log, abort, error);
    }
    const marked = foldRun(run, [entry]);
    if (log.isOver()) return marked;
    const turn = new LiveTurn(run.id, log, abort, atWork);
    if (!log.isOpen()) turn.openAfter((open) => (openAfterMs === 0 ? nextRound(open) : setTimer(openAfterMs, open)));
    const over = () => turn.finish();
    void work(turn, events).then(over, over);
    return marked;
  }

  async function work({ id, log, abort }: LiveTurn, events: AgentEvents): Promise<void> {
    let written = 0;
    try {
      for await (const event of events) {
        const more = events.take?.(AT_ONCE) ?? [];
        await log.append(event, ...more);
        if (log.isOver()) return;
        written += 1 + more.length;
        if (written > AT_ONCE) {
          written = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      await log.append({ type: 'end', state: abort.aborted ? 'canceled' : 'completed' });
    } catch (error) {
      await fail(id, log, abort, error);
    }
  }

  /** Ends a turn that has broken down. */
  async function fail(runId: string, log: LogWriter, abort: LateAbort, error: unknown): Promise<void> {
    // Somebody else has ended the run: its log is theirs.
    if (error instanceof ConflictError) return;
    const canceled = abort.aborted && error instanceof Error && error.name === 'AbortError';
    if (!canceled) onCrash(runId, error);
    const message = error instanceof Error ? error.message : String(error);
    await log
      .append(canceled ? { type: 'end', state: 'canceled' } : { type: 'crash', message })
      .catch((failure: unknown) => onCrash(runId, failure));
  }

  return {
    start: (head, turn) => admitted(() => store.runs.create(head).then((run) => begin(run, turn))),
    follow: (run, turn) => admitted(() => begin(run, turn)),
    async cancel(run, folding, waitMs, forceMs) {
      const turn = live.get(run.id);
      if (!turn) return writer(run, await folding()).append({ type: 'end', state: 'canceled' });
      turn.abort.abort();
      if (forceMs !== undefined) turn.whenFinished(setTimer(forceMs, () => turn.force()));
      await new Promise<void>((resolve) => {
        const cancel = setTimer(waitMs, resolve);
        turn.whenFinished(() => {
          cancel();
          resolve();
        });
      });
    },
    close() {
      closed = true;
      atWork.limit.stop();
      for (const turn of live.values()) {
        turn.abort.abort();
        turn.finish();
      }
    },
  };
}

function nextRound(run: () => void): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}
