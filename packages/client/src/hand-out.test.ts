import { describe, expect, test } from 'vitest';
import { HandOut } from './hand-out.ts';

async function* batchesOf(...batches: number[][]): AsyncGenerator<number[], void, undefined> {
  yield* batches;
}

const odd = (batch: number[], index: number) => (batch[index]! % 2 === 1 ? batch[index] : undefined);
const each = (batch: number[], index: number) => batch[index];

async function all<T>(handOut: AsyncIterator<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of { [Symbol.asyncIterator]: () => handOut }) seen.push(item);
  return seen;
}

test('all comes, in order, but what holds nothing', async () => {
  expect(await all(new HandOut(batchesOf([1, 2, 3], [], [4], [5]), odd))).toEqual([1, 3, 5]);
});

test('calls that do not wait for each other get one item each, and then the end', async () => {
  const handOut = new HandOut(batchesOf([1, 2], [3]), each);
  const steps = await Promise.all(Array.from({ length: 5 }, () => handOut.next()));
  expect(steps.map(({ value }) => value)).toEqual([1, 2, 3, undefined, undefined]);
});

test('a batch is asked for when the last one is used up, and not before', async () => {
  let asked = 0;
  async function* counted(): AsyncGenerator<number[], void, undefined> {
    for (const batch of [[1, 2], [3]]) {
      asked++;
      yield batch;
    }
  }
  const handOut = new HandOut(counted(), each);
  const seen: [number | void, number][] = [];
  for (let step = await handOut.next(); !step.done; step = await handOut.next()) seen.push([step.value, asked]);
  expect(seen).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
  ]);
});

describe('what take throws', () => {
  const bad = (batch: number[], index: number) => {
    if (batch[index] === 2) throw new Error('two');
    return batch[index];
  };

  test('comes out, once, and the batches are closed', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number[], void, undefined> {
      try {
        yield [1, 2, 3];
      } finally {
        closed = true;
      }
    }
    const handOut = new HandOut(source(), bad);
    expect(await handOut.next()).toMatchObject({ value: 1 });
    await expect(handOut.next()).rejects.toThrow('two');
    expect(closed).toBe(true);
    expect(await handOut.next()).toEqual({ done: true, value: undefined });
  });

  test('the batches may go on after it, for next and for drain', async () => {
    async function* source(): AsyncGenerator<number[], void, undefined> {
      try {
        yield [1, 2, 3];
      } catch {
        yield [4];
      }
    }
    expect(await all(new HandOut(source(), bad))).toEqual([1, 4]);
    const taken: number[] = [];
    await new HandOut(source(), (batch: number[], index) => {
      const value = bad(batch, index)!;
      taken.push(value);
      return value;
    }).drain();
    expect(taken).toEqual([1, 4]);
  });
});

test('what the batches throw comes out of drain, too', async () => {
  async function* source(): AsyncGenerator<number[], void, undefined> {
    yield [1];
    throw new Error('broken');
  }
  await expect(new HandOut(source(), each).drain()).rejects.toThrow('broken');
});

test('drain stops after the last, and leaves the batches', async () => {
  let closed = false;
  async function* source(): AsyncGenerator<number[], void, undefined> {
    try {
      yield [1, 2, 3];
    } finally {
      closed = true;
    }
  }
  const handOut = new HandOut(source(), each);
  await handOut.drain((item) => item === 2);
  expect(closed).toBe(true);
  expect(await handOut.next()).toMatchObject({ done: true });
});

test('who leaves a loop closes the batches', async () => {
  let closed = false;
  async function* source(): AsyncGenerator<number[], void, undefined> {
    try {
      yield [1, 2];
    } finally {
      closed = true;
    }
  }
  const handOut = new HandOut(source(), each);
  for await (const item of { [Symbol.asyncIterator]: () => handOut }) if (item === 1) break;
  expect(closed).toBe(true);
});
