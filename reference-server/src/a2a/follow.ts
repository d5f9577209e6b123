import type { Message, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { Batches, Opening } from '../batches.ts';
import { LogCursor, readOn, stopped } from '../log-cursor.ts';
import { endsTurn } from '../store/run-event.ts';
import { DroppedError } from '../store/store.ts';
import type { Entry, Run, Snapshot } from '../store/store.ts';
import { copyFold } from '../run-fold.ts';
import type { A2AContext } from './context.ts';
import type { Call, StreamItem, Turn } from './call.ts';
import { internalError } from './a2a-error.ts';
import { copyTask, newFold } from './task-fold.ts';
import type { TaskFold, TaskViewOptions } from './fold.ts';
import { emptyLog, logAt, step, viewingOf } from './task-log.ts';
import type { TaskLog } from './task-log.ts';

/** One entry of a log, the frames that it makes, and the task after it. */
interface Step {
  entry: Entry;
  frames: StreamResponse[];
  fold: TaskFold;
}

/** Reads a run's log from where `past` stands, which it changes, and on as it grows, until the signal aborts. */
export async function* walk(
  ctx: A2AContext,
  run: Pick<Run, 'id'>,
  past: Pick<TaskLog, 'seq' | 'view'>,
  signal: AbortSignal,
): AsyncGenerator<Step> {
  const { seq: after, view: fold } = past;
  for await (const batch of ctx.store.logs.read(run.id, { after, signal })) {
    for (const entry of batch) yield { entry, frames: step(ctx, fold, entry), fold };
  }
}

/** The task as it stands, or as it has gone on since; undefined when the store has dropped it. */
export async function currentTask(ctx: A2AContext, run: Run, view?: TaskViewOptions): Promise<Task | undefined> {
  const kept = await ctx.store.logs.snapshot(run.id);
  // Written by this family; only looked at.
  const log = kept && kept.seq >= run.seq ? (kept.value as TaskLog) : await logAt(ctx, run, run.seq);
  return log && ctx.impl.taskView(ctx, log.view, view);
}

/** The task before a turn; the caller's own. */
const taskBefore = (turn: Turn): TaskFold => (turn.before ? copyTask(turn.before) : newFold(turn));

/** The task after the entries of a turn so far. At the end of the turn it is `kept` already. */
function taskAfter(ctx: A2AContext, turn: Turn, entries: readonly Entry[], kept: Snapshot | undefined): TaskFold {
  if (kept && kept.seq === entries.at(-1)?.seq) return (kept.value as TaskLog).view;
  const fold = taskBefore(turn);
  for (const entry of entries) step(ctx, fold, entry);
  return fold;
}

interface Wanted {
  returnImmediately?: boolean | undefined;
  historyLength?: number | undefined;
}

/**
 * Waits for what a plain answer to a turn holds (§3.2.2): its message, or its task at the end or right away; or, after
 * `blockingMs`, the task as it is then.
 */
export function awaitAnswer(
  ctx: A2AContext,
  call: Call,
  turn: Turn,
  wanted: Wanted,
): Promise<{ task: Task } | { message: Message }> {
  const { blockingMs } = ctx.settings;
  if (blockingMs === undefined || wanted.returnImmediately) return answerOf(ctx, call, turn, wanted);
  return answerWithin(blockingMs, ctx, call, turn, wanted);
}

async function answerWithin(
  ms: number,
  ctx: A2AContext,
  call: Call,
  turn: Turn,
  wanted: Wanted,
): Promise<{ task: Task } | { message: Message }> {
  const late = new AbortController();
  const cancel = ctx.setTimer(ms, () => late.abort());
  const either = AbortSignal.any([call.left.signal, late.signal]);
  try {
    return await answerOf(ctx, call, turn, wanted, either);
  } catch (error) {
    if (!late.signal.aborted || call.left.signal.aborted) throw error;
    const run = await ctx.store.runs.get(turn.id);
    const task = run?.open ? await ctx.impl.currentTask(ctx, run, wanted) : undefined;
    return task ? { task } : await answerOf(ctx, call, turn, { ...wanted, returnImmediately: true });
  } finally {
    cancel();
  }
}

/** Until the signal aborts; without one, until the caller has left. */
async function answerOf(
  ctx: A2AContext,
  call: Call,
  turn: Turn,
  { returnImmediately = false, historyLength }: Wanted,
  signal?: AbortSignal,
): Promise<{ task: Task } | { message: Message }> {
  let { open } = turn;
  const entries: Entry[] = [];
  const log = ctx.store.logs.read(turn.id, { after: turn.seq - 1, signal });
  const reader = log[Symbol.asyncIterator]();
  for (let one = await reader.next(); !one.done; one = await (signal ? reader.next() : readOn(reader, call))) {
    for (const entry of one.value) {
      const { event, seq } = entry;
      entries.push(entry);
      if (event.type === 'wire') call.fault = event.fault;
      if (!open && event.type === 'reply') {
        void reader.return?.();
        return { message: ctx.impl.directMessage(ctx, newFold(turn), event.parts) };
      }
      if (!open && event.type === 'crash') {
        void reader.return?.();
        throw internalError();
      }
      open ||= event.type === 'open';
      if (open && (returnImmediately || (seq > turn.seq && endsTurn(event)))) {
        void reader.return?.();
        const kept = await ctx.store.logs.snapshot(turn.id);
        return { task: ctx.impl.taskView(ctx, taskAfter(ctx, turn, entries, kept), { historyLength }) };
      }
    }
  }
  throw stopped();
}

/** The events of a turn as they come: a message alone, or the task and then its updates (§3.1.2). */
export const turnEvents = (
  ctx: A2AContext,
  call: Call,
  turn: Turn,
  historyLength: number | undefined,
): AsyncIterable<StreamItem> => new Batches(new TurnCursor(ctx, call, turn, historyLength));

class TurnCursor extends LogCursor<StreamItem> {
  readonly #ctx: A2AContext;
  readonly #turn: Turn;
  readonly #historyLength: number | undefined;
  readonly #fold: TaskFold;
  #open: boolean;

  constructor(ctx: A2AContext, call: Call, turn: Turn, historyLength: number | undefined) {
    super(ctx.store.logs.read(turn.id, { after: turn.seq - 1 }), call.left);
    this.#ctx = ctx;
    this.#turn = turn;
    this.#historyLength = historyLength;
    this.#fold = taskBefore(turn);
    this.#open = turn.open;
  }

  protected take(batch: readonly Entry[]): readonly StreamItem[] {
    const ctx = this.#ctx;
    const items: StreamItem[] = [];
    for (const entry of batch) {
      const { event, seq } = entry;
      const frames = step(ctx, this.#fold, entry);
      if (!this.#open && event.type === 'crash') throw internalError();
      if (!this.#open && event.type === 'reply') {
        this.over = true;
        return [{ event: { message: ctx.impl.directMessage(ctx, this.#fold, event.parts) } }];
      }
      if (event.type === 'open' || (this.#open && seq === this.#turn.seq)) {
        this.#open = true;
        const task = ctx.impl.taskView(ctx, this.#fold, { historyLength: this.#historyLength });
        items.push({ id: entry.frames, event: { task } });
      } else {
        addItems(items, entry, frames);
      }
      if (seq > this.#turn.seq && ctx.impl.endsStream(ctx, entry)) {
        this.over = true;
        break;
      }
    }
    return items;
  }
}

/**
 * The events of a task from now on: first the task, then what comes (§3.1.6); or, after `lastEventId`, exactly
 * the events that followed it. An interrupted task is silent until its next turn.
 */
export const taskEvents = (ctx: A2AContext, call: Call, run: Run): AsyncIterable<StreamItem> =>
  new Batches(new Opening(() => subscribe(ctx, call, run)));

async function subscribe(ctx: A2AContext, call: Call, run: Run): Promise<AsyncIterator<readonly StreamItem[]>> {
  const seen = ctx.impl.readLastEventId(ctx, call.lastEventId);
  const past = seen === undefined ? undefined : await logBefore(ctx, run, seen);
  const log = past ?? (await logAt(ctx, run, run.seq));
  if (!log) throw stopped();
  return new TaskCursor(ctx, call, run, log, past && seen);
}

class TaskCursor extends LogCursor<StreamItem> {
  readonly #ctx: A2AContext;
  readonly #run: Run;
  readonly #log: TaskLog;
  /** Only what comes after it is shown; undefined: the task and all that comes. */
  readonly #seen: number | undefined;

  constructor(ctx: A2AContext, call: Call, run: Run, log: TaskLog, seen: number | undefined) {
    const first =
      seen === undefined ? [{ id: log.frames, event: { task: ctx.impl.taskView(ctx, log.view) } }] : undefined;
    super(ctx.store.logs.read(run.id, { after: log.seq }), call.left, first);
    this.#ctx = ctx;
    this.#run = run;
    this.#log = log;
    this.#seen = seen;
  }

  protected take(batch: readonly Entry[]): readonly StreamItem[] {
    const run = this.#run;
    const items: StreamItem[] = [];
    for (const entry of batch) {
      const before = items.length;
      addItems(items, entry, step(this.#ctx, this.#log.view, entry), this.#seen);
      const isNew = entry.seq > run.seq || (entry.seq === run.seq && items.length > before);
      if (isNew && this.#ctx.impl.endsStream(this.#ctx, entry)) {
        this.over = true;
        break;
      }
    }
    return items;
  }
}

/** The log before the frame after `seen`; undefined when that is not to be had any more. */
async function logBefore(ctx: A2AContext, run: Run, seen: number): Promise<TaskLog | undefined> {
  const kept = await ctx.store.logs.snapshot(run.id);
  if (kept && (kept.value as TaskLog).frames <= seen) return copyFold(kept.value as TaskLog, viewingOf(ctx));
  const whole = emptyLog(ctx, run);
  try {
    // The first entries say whether they are still there.
    const { done } = await ctx.store.logs.read(run.id)[Symbol.asyncIterator]().next();
    return done ? undefined : whole;
  } catch (error) {
    if (error instanceof DroppedError) return undefined;
    throw error;
  }
}

/** Those of an entry after the frame `seen`. */
function addItems(
  items: StreamItem[],
  { event: made, frames: count }: Entry,
  frames: readonly StreamResponse[],
  seen = 0,
): void {
  if (made.type === 'wire') items.push({ fault: made.fault });
  let id = count - frames.length;
  for (const event of frames) {
    id += 1;
    if (id > seen) items.push({ id, event });
  }
}

/** A stream is over when its turn is: at a terminal state (§3.1.2), and at an interrupted one (§11.7, against §7.6.1). */
export function endsStream(_ctx: A2AContext, { event }: Entry): boolean {
  return endsTurn(event);
}

/** The frame count in a Last-Event-ID; undefined for anything that this server has not written. */
export function readLastEventId(_ctx: A2AContext, id: string | undefined): number | undefined {
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}
