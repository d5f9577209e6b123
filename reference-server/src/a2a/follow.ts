import type { Message, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { HttpError } from '../http-error.ts';
import { endsTurn } from '../store/run-event.ts';
import type { Entry, Run } from '../store/store.ts';
import type { A2AContext } from './context.ts';
import type { Call, StreamItem } from './call.ts';
import { internalError } from './a2a-error.ts';
import { newFold } from './task-fold.ts';
import type { TaskFold, TaskViewOptions } from './fold.ts';

/** One entry of a log, and the task after it. */
interface Step {
  entry: Entry;
  fold: TaskFold;
}

/** Reads a run's log from its beginning, and on as it grows, until `signal` aborts. */
async function* walk(ctx: A2AContext, run: Pick<Run, 'id' | 'contextId'>, signal?: AbortSignal): AsyncGenerator<Step> {
  const fold = newFold(run);
  for await (const entry of ctx.store.logs.read(run.id, { ...(signal && { signal }) })) {
    ctx.impl.advance(ctx, fold, entry);
    yield { entry, fold };
  }
}

/** The same with the frames that each entry makes. */
export async function* walkFrames(
  ctx: A2AContext,
  run: Run,
  signal: AbortSignal,
): AsyncGenerator<Step & { frames: StreamResponse[] }> {
  const fold = newFold(run);
  for await (const entry of ctx.store.logs.read(run.id, { signal })) {
    const frames = ctx.impl.encode(ctx, fold, entry);
    ctx.impl.advance(ctx, fold, entry);
    yield { entry, frames, fold };
  }
}

/** The task as it stands; undefined when the store has dropped it. */
export async function currentTask(ctx: A2AContext, run: Run, view?: TaskViewOptions): Promise<Task | undefined> {
  for await (const { entry, fold } of walk(ctx, run)) {
    if (entry.seq >= run.seq) return ctx.impl.taskView(ctx, fold, view);
  }
  return undefined;
}

/** Waits for what a plain answer to a turn holds (§3.2.2): its message, or its task at the end or right away. */
export async function awaitAnswer(
  ctx: A2AContext,
  call: Call,
  turn: Run,
  {
    returnImmediately = false,
    historyLength,
  }: { returnImmediately?: boolean | undefined; historyLength?: number | undefined },
): Promise<{ task: Task } | { message: Message }> {
  let { open } = turn;
  for await (const { entry, fold } of walk(ctx, turn, call.signal)) {
    const { event, seq } = entry;
    if (seq < turn.seq) continue;
    if (event.type === 'wire') call.fault = event.fault;
    if (!open && event.type === 'reply') return { message: ctx.impl.directMessage(ctx, fold, event.parts) };
    if (!open && event.type === 'crash') throw internalError();
    open ||= event.type === 'open';
    if (open && (returnImmediately || (seq > turn.seq && endsTurn(event)))) {
      return { task: ctx.impl.taskView(ctx, fold, { historyLength }) };
    }
  }
  throw stopped();
}

/** The events of a turn as they come: a message alone, or the task and then its updates (§3.1.2). */
export async function* turnEvents(
  ctx: A2AContext,
  call: Call,
  turn: Run,
  historyLength: number | undefined,
): AsyncGenerator<StreamItem> {
  let { open } = turn;
  for await (const { entry, frames, fold } of walkFrames(ctx, turn, call.signal)) {
    const { event, seq } = entry;
    if (seq < turn.seq) continue;
    if (!open && event.type === 'reply')
      return yield { event: { message: ctx.impl.directMessage(ctx, fold, event.parts) } };
    if (!open && event.type === 'crash') throw internalError();
    if (event.type === 'open' || (open && seq === turn.seq)) {
      open = true;
      yield { id: entry.frames, event: { task: ctx.impl.taskView(ctx, fold, { historyLength }) } };
    } else {
      yield* items(entry, frames);
    }
    if (ctx.impl.endsStream(ctx, entry) && seq > turn.seq) return;
  }
  throw stopped();
}

/**
 * The events of a task from now on: first the task, then what comes (§3.1.6); or, after `lastEventId`, exactly
 * the events that followed it. An interrupted task is silent until its next turn.
 */
export async function* taskEvents(ctx: A2AContext, call: Call, run: Run): AsyncGenerator<StreamItem> {
  const seen = ctx.impl.readLastEventId(ctx, call.lastEventId);
  for await (const { entry, frames, fold } of walkFrames(ctx, run, call.signal)) {
    if (seen === undefined && entry.seq <= run.seq) {
      if (entry.seq === run.seq) yield { id: entry.frames, event: { task: ctx.impl.taskView(ctx, fold) } };
      continue;
    }
    const news = items(entry, frames).filter((item) => 'fault' in item || (item.id ?? 0) > (seen ?? 0));
    yield* news;
    const isNew = entry.seq > run.seq || (entry.seq === run.seq && news.length > 0);
    if (isNew && ctx.impl.endsStream(ctx, entry)) return;
  }
  throw stopped();
}

function items({ event, frames: count }: Entry, frames: readonly StreamResponse[]): StreamItem[] {
  if (event.type === 'wire') return [{ fault: event.fault }];
  return frames.map((frame, i) => ({ id: count - frames.length + i + 1, event: frame }));
}

/** A stream is over when its turn is: at a terminal state (§3.1.2), and at an interrupted one (§11.7, against §7.6.1). */
export function endsStream(_ctx: A2AContext, { event }: Entry): boolean {
  return endsTurn(event);
}

/** The frame count in a Last-Event-ID; undefined for anything that this server has not written. */
export function readLastEventId(_ctx: A2AContext, id: string | undefined): number | undefined {
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

const stopped = () => new HttpError('UNAVAILABLE', 'The server is closing, or the task was dropped.');

/** Waits for the first item, so that a failure before it is no broken stream. */
export async function begun(items: AsyncIterable<StreamItem>): Promise<AsyncIterable<StreamItem>> {
  const iterator = items[Symbol.asyncIterator]();
  let first: IteratorResult<StreamItem> | undefined = await iterator.next();
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const step = first;
        first = undefined;
        return step ? Promise.resolve(step) : iterator.next();
      },
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    }),
  };
}
