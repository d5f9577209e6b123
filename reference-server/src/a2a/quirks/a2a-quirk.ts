import type { StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { quirk, type Hit } from '../../quirk.ts';
import type { Call, StreamItem } from '../call.ts';
import { A2AError, type ErrorName } from '../a2a-error.ts';
import type { A2AImpl } from '../context.ts';

/** A quirk of A2A: `breaks` is the rule that falls, `make` the functions that make it fall. */
export const a2aQuirk = quirk<A2AImpl>;

type Items = AsyncIterable<StreamItem>;

/** Changes the events of a stream one by one; `[]` drops one, several insert. */
export async function* changed(
  items: Items,
  change: (event: StreamResponse, index: number) => StreamResponse[],
): AsyncGenerator<StreamItem> {
  let index = 0;
  for await (const item of items) {
    if ('fault' in item) yield item;
    else for (const event of change(item.event, index++)) yield { ...item, event };
  }
}

/** `SendStreamingMessage` and `SubscribeToTask` with their events changed. */
export function streams(
  impl: A2AImpl,
  change: (event: StreamResponse, index: number) => StreamResponse[],
): Pick<A2AImpl, 'turnEvents' | 'taskEvents'> {
  return {
    turnEvents: (...args) => changed(impl.turnEvents(...args), change),
    taskEvents: (...args) => changed(impl.taskEvents(...args), change),
  };
}

/** Answers with another error where this one was due. */
export async function instead<T>(work: () => Promise<T>, due: ErrorName, hit: Hit, given: ErrorName): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof A2AError && error.error === due)
      throw hit(new A2AError(given, `${error.message} (said as ${given})`));
    throw error;
  }
}

/** A task as the plain answers show it, changed. */
export function tasks(impl: A2AImpl, change: (task: Task) => Task): Pick<A2AImpl, 'taskView'> {
  return { taskView: (...args) => change(impl.taskView(...args)) };
}

/** Resolves when nobody reads any more. */
export function left(call: Call): Promise<void> {
  return new Promise((resolve) =>
    call.left.signal.aborted ? resolve() : call.left.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
