import type { Task } from '@agentproto/protocol/a2a/1.0';
import { catchUp } from '../catch-up.ts';
import { Received } from '../received.ts';
import { isA2AError } from '../error.ts';
import { createFold } from '../fold.ts';
import { phaseOf } from '../phase.ts';

/**
 * A subscription to an agent that sends what happens from now on, and not how the task stands: `get` tells that, before it and after
 * it, so that nothing is missing that happened in between and nothing comes twice.
 */
export async function* withSnapshot(
  subscription: AsyncIterable<Received>,
  get: () => Promise<Task>,
): AsyncGenerator<Received, void, undefined> {
  const before = await get();
  // The agent says what it makes of a task that has ended.
  if (phaseOf(before) === 'done') return yield* subscription;
  yield ofEvents([{ task: before }]);
  const fold = createFold(() => {});
  fold.add({ task: before });
  let first = true;
  let whole = false;
  try {
    for await (const received of subscription) {
      const [event] = received.events;
      if (first && event?.task) {
        whole = true;
        const [, ...rest] = received.events;
        yield ofEvents([...catchUp(before, event.task), ...rest]);
      } else yield received;
      first = false;
      if (!whole) for (const each of received.events) fold.add(each);
    }
  } catch (error) {
    // It may have ended in between, and nobody can subscribe to it any more.
    if (!first || !isA2AError(error)) throw error;
    const now = await get();
    if (phaseOf(now) === 'running') throw error;
    return yield ofEvents(catchUp(before, now));
  }
  const seen = fold.result()?.task;
  if (whole || !seen) return;
  const now = await get();
  // As the last snapshot, which alone can come after the end.
  if (catchUp(seen, now).length > 0) yield ofEvents([{ task: now }]);
}

function ofEvents(events: Received['events']): Received {
  const received = new Received();
  for (const event of events) received.add(event);
  return received;
}
