import { expect, test } from 'vitest';
import { caller, messageOf, startServer } from './a2a/caller.test.kit.ts';
import { memoryStore } from './store/memory.ts';
import { RunList } from './store/run-list.ts';
import { DroppedError } from './store/store.ts';
import type { RunPlace, Store } from './store/store.ts';

/** A store that counts the entries which are read. */
function counting(): { store: Store; read: () => number } {
  const store = memoryStore();
  let read = 0;
  const logs: Store['logs'] = {
    ...store.logs,
    read(id, options) {
      const all = store.logs.read(id, options)[Symbol.asyncIterator]();
      return {
        [Symbol.asyncIterator]: () => ({
          async next() {
            const step = await all.next();
            if (!step.done) read += step.value.length;
            return step;
          },
          return: async () => (await all.return?.()) ?? { done: true, value: undefined },
        }),
      };
    },
  };
  return { store: { ...store, logs }, read: () => read };
}

test('one more turn, and a question, read no more of a long task than of a short one', async () => {
  const { store, read } = counting();
  const agent = caller(await startServer({ store }), 'JSONRPC');
  const { id: taskId } = await agent.task('@input');
  const cost = async (work: () => Promise<unknown>) => {
    const before = read();
    await work();
    return read() - before;
  };
  const script = { steps: [{ text: 'more' }, { end: 'input-required' as const }] };
  const turn = () => agent.call('SendMessage', { message: { ...messageOf(script), taskId } });
  const ask = () => agent.call('GetTask', { id: taskId });
  const short = [await cost(turn), await cost(ask)];
  for (let i = 0; i < 60; i += 1) await turn();
  expect([await cost(turn), await cost(ask)]).toEqual(short);
  expect(short[1]).toBe(0);
});

test('a log that is longer than the store keeps is dropped from its beginning, and nothing is lost', async () => {
  const store = memoryStore({ maxEntries: 2_000 });
  const agent = caller(
    await startServer({
      store,
      async *agent() {
        for (let i = 0; i < 10_000; i += 1) yield { type: 'text', text: 'x' };
        yield { type: 'end', state: 'completed' };
      },
    }),
    'JSONRPC',
  );
  const task = await agent.task('go');
  expect(task.artifacts).toMatchObject([{ parts: [{ text: 'x'.repeat(10_000) }] }]);
  const all = store.logs.read(task.id)[Symbol.asyncIterator]();
  await expect(all.next()).rejects.toThrow(DroppedError);
  expect(await agent.call('GetTask', { id: task.id })).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
});

test('lists of runs are in order whatever comes and goes, and a page looks at few of them', () => {
  const list = new RunList();
  let looked = 0;
  const places = Array.from({ length: 5_000 }, (_none, i): RunPlace => {
    const statusAt = (i * 7_919) % 1_000;
    return {
      id: `${i}`,
      get statusAt() {
        looked += 1;
        return statusAt;
      },
    };
  });
  for (const place of places) list.add(place);
  const left = places.filter((_place, i) => i % 3 !== 0);
  for (const [i, place] of places.entries()) if (i % 3 === 0) list.remove(place);
  const ordered = left.toSorted((a, b) => b.statusAt - a.statusAt || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
  const ids = (page: readonly RunPlace[]) => page.map(({ id }) => id);
  expect(ids(list.page(undefined, 10_000, undefined))).toEqual(ordered);
  expect(list.size).toBe(ordered.length);
  const after = left.find(({ id }) => id === ordered[1_500])!;
  looked = 0;
  expect(ids(list.page(after, 20, undefined))).toEqual(ordered.slice(1_501, 1_521));
  expect(looked).toBeLessThan(100);
  const since = left.filter(({ statusAt }) => statusAt >= 500);
  expect(list.countSince(500)).toBe(since.length);
  expect(list.page(undefined, 10_000, 500)).toHaveLength(since.length);
});
