import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageQueue } from './message-queue.ts';

const ROOM = { values: 3, bytes: 10 };

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test('gives everything once and in order, however pushes and takes alternate', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (pushes) => {
      const queue = createMessageQueue<number>({ values: 1000, bytes: 1000 });
      const iterator = queue.values[Symbol.asyncIterator]();
      const taken: Promise<IteratorResult<number>>[] = [];
      let count = 0;
      for (const push of pushes) {
        if (push) queue.push(count++, 1);
        else taken.push(iterator.next());
      }
      queue.end();
      const rest = await collect(queue.values);
      const steps = await Promise.all(taken);
      const values = steps.flatMap((step) => (step.done ? [] : [step.value]));
      expect([...values, ...rest]).toEqual(Array.from({ length: count }, (_, index) => index));
    }),
  );
});

test('has room for so many and for so much, and again once some were taken', async () => {
  const queue = createMessageQueue<string>(ROOM);
  expect(['a', 'b', 'c', 'd'].map((value) => queue.push(value, 1))).toEqual([true, true, true, false]);
  const iterator = queue.values[Symbol.asyncIterator]();
  expect(await iterator.next()).toEqual({ done: false, value: 'a' });
  expect(queue.push('e', 9)).toBe(false);
  expect(queue.push('f', 8)).toBe(true);
  expect([await iterator.next(), await iterator.next(), await iterator.next()].map(({ value }) => value)).toEqual([
    'b',
    'c',
    'f',
  ]);
  expect(queue.push('g', 10)).toBe(true);
});

test('what somebody waits for needs no room', async () => {
  const queue = createMessageQueue<string>(ROOM);
  const waiting = queue.values[Symbol.asyncIterator]().next();
  expect(queue.push('a', 11)).toBe(true);
  expect(await waiting).toEqual({ done: false, value: 'a' });
});

test('leaving a loop loses nothing', async () => {
  const queue = createMessageQueue<number>(ROOM);
  for (const value of [1, 2, 3]) queue.push(value, 1);
  for await (const value of queue.values) {
    expect(value).toBe(1);
    break;
  }
  const left = queue.values[Symbol.asyncIterator]();
  expect((await left.next()).value).toBe(2);
  expect((await left.next()).value).toBe(3);
  const pending = left.next();
  await left.return?.();
  expect(await pending).toEqual({ done: true, value: undefined });
  queue.push(4, 1);
  queue.end();
  expect(await collect(queue.values)).toEqual([4]);
});

test('an end with an error is told once to every loop, after what is left', async () => {
  const queue = createMessageQueue<number>(ROOM);
  const oops = new Error('oops');
  queue.push(1, 1);
  queue.end(oops);
  queue.end();
  expect(queue.push(2, 1)).toBe(true);
  const iterator = queue.values[Symbol.asyncIterator]();
  expect(await iterator.next()).toEqual({ done: false, value: 1 });
  await expect(iterator.next()).rejects.toBe(oops);
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  await expect(collect(queue.values)).rejects.toBe(oops);
});

test('an end wakes all who wait', async () => {
  const queue = createMessageQueue<number>(ROOM);
  const iterator = queue.values[Symbol.asyncIterator]();
  const waiting = [iterator.next(), iterator.next(), queue.values[Symbol.asyncIterator]().next()];
  const oops = new Error('oops');
  const settled = Promise.allSettled(waiting);
  queue.end(oops);
  expect(await settled).toMatchObject([{ reason: oops }, { value: { done: true } }, { reason: oops }]);
});
