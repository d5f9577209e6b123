import type { AgentEvent, Clock, Json, Script } from '@agentproto/script';
import { createLogWriter } from './log-writer.ts';
import type { FrameCounter, LogWriter } from './log-writer.ts';
import { ConflictError } from './store/store.ts';
import type { Run, RunHead, Store } from './store/store.ts';
import type { SetTimer } from './timer.ts';

/** One message of the caller, and the agent that answers it. */
export interface TurnStart {
  /** The message in the family's own words. */
  input: Json;
  /** Kept with the turn, so that later turns of the script can be found. */
  script?: Script | undefined;
  /** The agent at work. */
  events: AsyncIterable<AgentEvent>;
  /** Aborts when the turn is to be canceled; the agent has its signal. */
  abort: AbortController;
  /** Has seen nothing yet. */
  counter: FrameCounter;
  /**
   * A run is opened by its agent's first event, unless that is a direct reply or a crash; and when nothing
   * came for this long. Milliseconds of the clock; 0: after one round of the event loop.
   */
  openAfterMs: number;
}

export interface Runs {
  /** Stores a new run with its first turn and sets the agent to work. Returns the run after its turn mark. */
  start(head: RunHead, turn: TurnStart): Promise<Run>;
  /** The next turn of a run that waits for its caller. Throws a ConflictError when it has gone on since. */
  follow(run: Run, turn: TurnStart): Promise<Run>;
  /** Asks the agent to stop, and waits at most `waitMs` (of the clock) until its turn is over. */
  cancel(run: Run, counter: FrameCounter, waitMs: number): Promise<void>;
  /** Stops every agent; nothing is written to a log any more. */
  close(): void;
}

export interface RunsOptions {
  store: Store;
  clock: Pick<Clock, 'now'>;
  setTimer: SetTimer;
  /** The longest time of one turn, milliseconds of the clock. */
  turnMs: number;
  /** Is told what an agent crashed of. */
  onCrash: (runId: string, error: unknown) => void;
}

interface LiveTurn {
  abort: AbortController;
  /** Nothing more is timed, and who waits for the agent goes on. */
  finish: () => void;
  finished: Promise<void>;
}

/** Sets agents to work and writes down what they do. A run goes on whether anybody listens or not. */
export function createRuns({ store, clock, setTimer, turnMs, onCrash }: RunsOptions): Runs {
  const live = new Map<string, LiveTurn>();
  let closed = false;

  const writer = (run: Run, counter: FrameCounter, frames: number): LogWriter =>
    createLogWriter({ store, clock, run, counter, frames, isClosed: () => closed });

  async function begin(run: Run, turn: number, frames: number, start: TurnStart): Promise<Run> {
    const log = writer(run, start.counter, frames);
    await log.append({ type: 'turn', turn, input: start.input, ...(start.script && { script: start.script }) });
    const marked = await store.runs.get(run.id);
    if (!marked) throw new ConflictError(`There is no run ${run.id} (any more).`);
    const current = liveTurn(log, start);
    live.set(run.id, current);
    void work(run.id, log, start).finally(() => {
      if (live.get(run.id) === current) live.delete(run.id);
      current.finish();
    });
    return marked;
  }

  /** Opens the run in time, and ends the turn when it takes too long. */
  function liveTurn(log: LogWriter, { abort, openAfterMs }: TurnStart): LiveTurn {
    // A log that cannot be written is the agent's to report.
    const open = () => void log.open().catch(() => {});
    const cancelOpening = openAfterMs === 0 ? nextRound(open) : setTimer(openAfterMs, open);
    const cancelLimit = setTimer(turnMs, () => {
      void log
        .append({ type: 'end', state: 'failed', text: `The agent took longer than ${turnMs} ms.` })
        .catch(() => {});
      abort.abort();
    });
    let settle = () => {};
    const finished = new Promise<void>((resolve) => (settle = resolve));
    const finish = () => {
      cancelOpening();
      cancelLimit();
      settle();
    };
    return { abort, finish, finished };
  }

  async function work(runId: string, log: LogWriter, { events, abort: { signal } }: TurnStart): Promise<void> {
    try {
      for await (const event of events) {
        await log.append(event);
        if (log.isOver()) return;
      }
      await log.append({ type: 'end', state: signal.aborted ? 'canceled' : 'completed' });
    } catch (error) {
      // Somebody else has ended the run: its log is theirs.
      if (error instanceof ConflictError) return;
      const canceled = signal.aborted && error instanceof Error && error.name === 'AbortError';
      if (!canceled) onCrash(runId, error);
      const message = error instanceof Error ? error.message : String(error);
      await log
        .append(canceled ? { type: 'end', state: 'canceled' } : { type: 'crash', message })
        .catch((failure: unknown) => onCrash(runId, failure));
    }
  }

  /** Shows the counter the log up to where the run stands. */
  async function replay(run: Run, counter: FrameCounter): Promise<{ turns: number; frames: number }> {
    let turns = 0;
    let frames = 0;
    if (run.seq < 0) return { turns, frames };
    for await (const entry of store.logs.read(run.id)) {
      frames += counter(entry);
      if (entry.event.type === 'turn') turns++;
      if (entry.seq === run.seq) break;
    }
    return { turns, frames };
  }

  return {
    async start(head, turn) {
      return begin(await store.runs.create(head), 0, 0, turn);
    },
    async follow(run, turn) {
      const { turns, frames } = await replay(run, turn.counter);
      return begin(run, turns, frames, turn);
    },
    async cancel(run, counter, waitMs) {
      const turn = live.get(run.id);
      if (!turn) {
        const { frames } = await replay(run, counter);
        return writer(run, counter, frames).append({ type: 'end', state: 'canceled' });
      }
      turn.abort.abort();
      await new Promise<void>((resolve) => {
        const cancel = setTimer(waitMs, resolve);
        void turn.finished.then(() => {
          cancel();
          resolve();
        });
      });
    },
    close() {
      closed = true;
      for (const { abort, finish } of live.values()) {
        abort.abort();
        finish();
      }
    },
  };
}

function nextRound(run: () => void): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}
