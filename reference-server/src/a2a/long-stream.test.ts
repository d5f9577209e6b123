import { describe, expect, test } from 'vitest';
import { memoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { BINDINGS, caller, startServer } from './caller.test.kit.ts';
import type { Opened, StreamEvent } from './caller.test.kit.ts';

const CHUNKS = 10_000;
/** So much that no socket takes them all unread. */
const FILLER = 'x'.repeat(1_000);

/** Says its chunks in so many parts, each once it is told to. */
function talker(parts: number) {
  const gates = Array.from({ length: parts }, () => Promise.withResolvers<void>());
  return {
    go: (part: number) => gates[part]!.resolve(),
    async *agent() {
      yield { type: 'status' as const, text: 'ready' };
      for (let i = 0; i < CHUNKS; i++) {
        await gates[Math.floor((i * parts) / CHUNKS)]!.promise;
        yield { type: 'text' as const, text: `${i} ${FILLER}` };
      }
    },
  };
}

/** The store, with how many entries each of its readers has taken. */
function watched(): { store: Store; taken: number[] } {
  const store = memoryStore();
  const taken: number[] = [];
  const logs: Store['logs'] = {
    ...store.logs,
    async *read(id, options) {
      const reader = taken.push(0) - 1;
      for await (const batch of store.logs.read(id, options)) {
        taken[reader]! += batch.length;
        yield batch;
      }
    },
  };
  return { store: { ...store, logs }, taken };
}

const numberIn = ({ event }: StreamEvent): number[] => {
  const [part] = event.artifactUpdate?.artifact.parts ?? [];
  return part ? [Number(part.text?.split(' ', 1)[0])] : [];
};
const ALL = Array.from({ length: CHUNKS }, (_none, i) => i);
const last = (events: readonly StreamEvent[]) => events.at(-1)?.event.statusUpdate?.status.state;

async function some(stream: Opened, count: number): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  while (events.length < count) events.push((await stream.next())!);
  return events;
}

describe.each(BINDINGS)('10,000 chunks over %s', (binding) => {
  test('come whole and in order, whether or not somebody else reads slowly', async () => {
    const { go, agent } = talker(1);
    const { store, taken } = watched();
    const client = caller(await startServer({ agent, store }), binding);
    const fast = await client.stream('go');
    const id = (await fast.next())?.event.task?.id ?? '';
    const readers = taken.length;
    const slow = await client.subscribe(id);
    go(0);
    const seen = await fast.rest();
    // Nothing has been read of the slow one so far: it holds back nobody, and its events wait in the log.
    expect(seen.flatMap(numberIn)).toEqual(ALL);
    expect(last(seen)).toBe('TASK_STATE_COMPLETED');
    expect(Math.max(...taken.slice(readers))).toBeLessThan(CHUNKS / 1.2);
    const late = await slow.rest();
    expect(late.flatMap(numberIn)).toEqual(ALL);
    expect(last(late)).toBe('TASK_STATE_COMPLETED');
  });

  test('come whole and in order when the stream is cut five times', async () => {
    const { go, agent } = talker(6);
    const client = caller(await startServer({ agent }), binding);
    let stream = await client.stream('go');
    const seen = await some(stream, 1);
    const id = seen[0]!.event.task!.id;
    for (let cut = 0; cut < 5; cut++) {
      go(cut);
      // Less than the part has: the rest comes with what follows.
      seen.push(...(await some(stream, 1_200)));
      stream.leave();
      stream = await client.subscribe(id, { headers: { 'last-event-id': seen.at(-1)!.id! } });
    }
    go(5);
    seen.push(...(await stream.rest()));
    expect(seen.flatMap(numberIn)).toEqual(ALL);
    expect(last(seen)).toBe('TASK_STATE_COMPLETED');
  });
});
