import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import type { Call, StreamItem } from '../call.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk, changed, instead, left, streams } from './a2a-quirk.ts';

const isEnd = ({ statusUpdate }: StreamResponse): boolean =>
  statusUpdate !== undefined && /_(COMPLETED|FAILED|CANCELED|REJECTED)$/.test(statusUpdate.status.state);

export const streamQuirks = [
  a2aQuirk('a2a.stream.is-called-json', {
    breaks: 'A2A10-STREAM-001',
    make: (impl, hit) => ({
      streamHeaders: (ctx) => hit({ ...impl.streamHeaders(ctx), 'content-type': 'application/json' }),
    }),
  }),
  a2aQuirk('a2a.stream.says-its-message-twice', {
    breaks: 'A2A10-STREAM-002',
    make: (impl, hit) => streams(impl, (event) => (event.message ? hit([event, event]) : [event])),
  }),
  a2aQuirk('a2a.stream.begins-without-the-task', {
    breaks: 'A2A10-STREAM-003',
    make: (impl, hit) => streams(impl, (event, index) => (event.task && index === 0 ? hit([]) : [event])),
  }),
  a2aQuirk('a2a.stream.message-among-updates', {
    breaks: 'A2A10-STREAM-004',
    make: (impl, hit) =>
      streams(impl, (event, index) =>
        event.task && index === 0
          ? hit([
              event,
              {
                message: {
                  messageId: 'aside',
                  contextId: event.task.contextId ?? '',
                  role: 'ROLE_AGENT',
                  parts: [{ text: 'By the way' }],
                },
              },
            ])
          : [event],
      ),
  }),
  a2aQuirk('a2a.stream.never-closes', {
    breaks: 'A2A10-STREAM-005',
    make: (impl, hit) => ({
      async *turnEvents(ctx, call, turn, historyLength) {
        let task = false;
        for await (const item of impl.turnEvents(ctx, call, turn, historyLength)) {
          // Before 0.2 a stream has updates alone.
          task ||= 'event' in item && item.event.message === undefined;
          yield item;
        }
        if (task) await hit(left(call));
      },
    }),
  }),
  a2aQuirk('a2a.stream.goes-on-after-the-end', {
    breaks: 'A2A10-STREAM-006',
    make: (impl, hit) => ({
      encode(ctx, fold, entry) {
        const frames = impl.encode(ctx, fold, entry);
        if (entry.event.type !== 'end' || entry.event.state !== 'completed') return frames;
        return hit([
          ...frames,
          ...impl.encode(ctx, fold, { ...entry, event: { type: 'status', text: 'Working again' } }),
        ]);
      },
    }),
  }),
  a2aQuirk('a2a.stream.out-of-order', {
    breaks: 'A2A10-STREAM-007',
    make: (impl, hit) => ({
      turnEvents: (...args) =>
        swapped(
          impl.turnEvents(...args),
          (event) =>
            event.statusUpdate?.status.message !== undefined &&
            event.statusUpdate.status.state === 'TASK_STATE_WORKING',
          hit,
        ),
    }),
  }),
  a2aQuirk('a2a.stream.another-context', {
    breaks: 'A2A10-STREAM-008',
    make: (impl, hit) =>
      streams(impl, (event) => (event.statusUpdate ? hit([{ statusUpdate: elsewhere(event.statusUpdate) }]) : [event])),
  }),
  a2aQuirk('a2a.stream.second-watcher-misses-artifacts', {
    breaks: 'A2A10-STREAM-009',
    make: (impl, hit) =>
      besideAnother(impl, (items) => changed(items, (event) => (event.artifactUpdate ? hit([]) : [event]))),
  }),
  a2aQuirk('a2a.stream.second-watcher-out-of-order', {
    breaks: 'A2A10-STREAM-010',
    make: (impl, hit) =>
      besideAnother(impl, (items) => swapped(items, (event) => event.artifactUpdate !== undefined, hit)),
  }),
  a2aQuirk('a2a.stream.one-leaves-all-end', {
    breaks: 'A2A10-STREAM-011',
    make(impl, hit) {
      const watchers = new Map<string, Set<AbortController>>();
      return {
        async *taskEvents(ctx, call, run) {
          const own = new AbortController();
          const others = watchers.get(run.id) ?? new Set();
          watchers.set(run.id, others.add(own));
          const leave = () => {
            for (const other of others) if (other !== own) hit(other).abort();
          };
          call.left.signal.addEventListener('abort', leave, { once: true });
          yield* untilAborted(impl.taskEvents(ctx, call, run), own.signal);
          call.left.signal.removeEventListener('abort', leave);
          others.delete(own);
        },
      };
    },
  }),
  a2aQuirk('a2a.stream.task-ends-with-its-watcher', {
    breaks: 'A2A10-STREAM-012',
    make: (impl, hit) => ({
      turnEvents(ctx, call, turn, historyLength) {
        const stop = async () => {
          const run = await impl.findTask(ctx, call, turn.id);
          if (run.state === 'working') await impl.stopAgent(ctx, hit(run));
        };
        // Of a direct message no task remains.
        call.left.signal.addEventListener('abort', () => void stop().catch(() => {}), { once: true });
        return impl.turnEvents(ctx, call, turn, historyLength);
      },
    }),
  }),
  a2aQuirk('a2a.stream.ended-task-is-bad-input', {
    breaks: 'A2A10-STREAM-013',
    make: (impl, hit) => ({
      SendStreamingMessage: (...args) =>
        instead(() => impl.SendStreamingMessage(...args), 'UnsupportedOperationError', hit, 'InvalidParamsError'),
    }),
  }),
  a2aQuirk('a2a.stream.unknown-task-is-unsupported', {
    breaks: 'A2A10-STREAM-014',
    make: (impl, hit) => ({
      SendStreamingMessage: (...args) =>
        instead(() => impl.SendStreamingMessage(...args), 'TaskNotFoundError', hit, 'UnsupportedOperationError'),
    }),
  }),
  a2aQuirk('a2a.stream.stays-open-when-interrupted', {
    breaks: 'A2A10-STREAM-016',
    make: (impl, hit) => ({
      endsStream: (ctx, entry) =>
        entry.event.type === 'end' && entry.event.state.endsWith('-required')
          ? hit(false)
          : impl.endsStream(ctx, entry),
    }),
  }),
  a2aQuirk('a2a.stream.appends-to-nothing', {
    breaks: 'A2A10-STREAM-017',
    make: (impl, hit) =>
      streams(impl, (event) =>
        event.artifactUpdate && !event.artifactUpdate.append
          ? hit([{ artifactUpdate: { ...event.artifactUpdate, append: true } }])
          : [event],
      ),
  }),
  a2aQuirk('a2a.stream.loses-a-chunk', {
    breaks: 'A2A10-STREAM-017',
    make(impl, hit) {
      return streams(impl, (event, index) => (event.artifactUpdate?.append && index === 3 ? hit([]) : [event]));
    },
  }),
  a2aQuirk('a2a.stream.task-lags-behind', {
    breaks: 'A2A10-STREAM-018',
    make(impl, hit) {
      const streamed = new Set<string>();
      return {
        turnEvents(ctx, call, turn, historyLength) {
          streamed.add(turn.id);
          return impl.turnEvents(ctx, call, turn, historyLength);
        },
        async GetTask(ctx, call, request) {
          const task = await impl.GetTask(ctx, call, request);
          return streamed.has(task.id)
            ? hit({ ...task, status: { ...task.status, state: 'TASK_STATE_WORKING' as const } })
            : task;
        },
      };
    },
  }),
  a2aQuirk('a2a.stream.all-at-the-end', {
    breaks: 'A2A10-STREAM-019',
    make: (impl, hit) => ({
      async *turnEvents(...args) {
        const items: StreamItem[] = [];
        for await (const item of impl.turnEvents(...args)) items.push(hit(item));
        yield* items;
      },
    }),
  }),
  a2aQuirk('a2a.stream.ends-without-the-end', {
    breaks: 'A2A10-STREAM-020',
    make: (impl, hit) => ({
      turnEvents: (...args) => changed(impl.turnEvents(...args), (event) => (isEnd(event) ? hit([]) : [event])),
    }),
  }),
  a2aQuirk('a2a.stream.follow-up-without-the-task', {
    breaks: 'A2A10-STREAM-021',
    make: (impl, hit) => ({
      turnEvents: (ctx, call, turn, historyLength) =>
        changed(impl.turnEvents(ctx, call, turn, historyLength), (event) =>
          event.task && turn.open ? hit([]) : [event],
        ),
    }),
  }),
];

export const subscribeQuirks = [
  a2aQuirk('a2a.subscribe.begins-without-the-task', {
    breaks: 'A2A10-SUB-001',
    make: (impl, hit) => ({
      taskEvents: (...args) => changed(impl.taskEvents(...args), (event, index) => (index === 0 ? hit([]) : [event])),
    }),
  }),
  a2aQuirk('a2a.subscribe.never-closes', {
    breaks: 'A2A10-SUB-002',
    make: (impl, hit) => ({
      async *taskEvents(ctx, call: Call, run) {
        yield* impl.taskEvents(ctx, call, run);
        await hit(left(call));
      },
    }),
  }),
  a2aQuirk('a2a.subscribe.to-what-is-over', {
    breaks: 'A2A10-SUB-003',
    make: (impl, hit) => ({
      checkSubscribable: () => {},
      async *taskEvents(ctx, call, run) {
        if (!/^(completed|failed|canceled|rejected)$/.test(run.state)) return yield* impl.taskEvents(ctx, call, run);
        const task = await impl.currentTask(ctx, run);
        if (task) yield hit({ event: { task } });
      },
    }),
  }),
  a2aQuirk('a2a.subscribe.unknown-is-unsupported', {
    breaks: 'A2A10-SUB-004',
    make: (impl, hit) => ({
      SubscribeToTask: (...args) =>
        instead(() => impl.SubscribeToTask(...args), 'TaskNotFoundError', hit, 'UnsupportedOperationError'),
    }),
  }),
  a2aQuirk('a2a.subscribe.not-when-interrupted', {
    breaks: 'A2A10-SUB-005',
    make: (impl, hit) => ({
      checkSubscribable(ctx, run) {
        impl.checkSubscribable(ctx, run.state.endsWith('-required') ? hit({ ...run, state: 'completed' }) : run);
      },
    }),
  }),
  a2aQuirk('a2a.subscribe.loses-the-first-update', {
    breaks: 'A2A10-SUB-006',
    make(impl, hit) {
      return {
        taskEvents(...args) {
          let lost = false;
          return changed(impl.taskEvents(...args), (event) => {
            if (lost || !event.artifactUpdate) return [event];
            lost = true;
            return hit([]);
          });
        },
      };
    },
  }),
];

/** An update, and what is said in it, in another context than its task's. */
function elsewhere(update: NonNullable<StreamResponse['statusUpdate']>): NonNullable<StreamResponse['statusUpdate']> {
  const contextId = 'elsewhere';
  const { message } = update.status;
  const status = message ? { ...update.status, message: { ...message, contextId } } : update.status;
  return { ...update, contextId, status };
}

/** Subscriptions to a task that is watched by somebody else when they begin, changed. */
function besideAnother(
  impl: A2AImpl,
  change: (items: AsyncIterable<StreamItem>) => AsyncIterable<StreamItem>,
): Pick<A2AImpl, 'turnEvents' | 'taskEvents'> {
  const open = new Map<string, number>();
  async function* counted(id: string, items: AsyncIterable<StreamItem>): AsyncGenerator<StreamItem> {
    open.set(id, (open.get(id) ?? 0) + 1);
    try {
      yield* items;
    } finally {
      open.set(id, open.get(id)! - 1);
    }
  }
  return {
    turnEvents: (ctx, call, turn, historyLength) => counted(turn.id, impl.turnEvents(ctx, call, turn, historyLength)),
    taskEvents(ctx, call, run) {
      const items = impl.taskEvents(ctx, call, run);
      return counted(run.id, open.get(run.id) ? change(items) : items);
    },
  };
}

/** The first two neighbours of a kind change places. */
async function* swapped(
  items: AsyncIterable<StreamItem>,
  kind: (event: StreamResponse) => boolean,
  hit: <T>(value: T) => T,
): AsyncGenerator<StreamItem> {
  let held: StreamItem | undefined;
  let done = false;
  for await (const item of items) {
    const isKind = 'event' in item && kind(item.event);
    if (!done && !held && isKind) {
      held = item;
      continue;
    }
    if (held && isKind) {
      yield hit(item);
      yield held;
      held = undefined;
      done = true;
      continue;
    }
    if (held) yield held;
    held = undefined;
    yield item;
  }
  if (held) yield held;
}

/** Ends, as if nothing more would come, when the signal aborts. */
async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const aborted = new Promise<IteratorResult<T>>((resolve) =>
    signal.addEventListener('abort', () => resolve({ done: true, value: undefined }), { once: true }),
  );
  const iterator = items[Symbol.asyncIterator]();
  for (;;) {
    const step = await Promise.race([iterator.next(), aborted]);
    if (step.done) return;
    yield step.value;
  }
}
