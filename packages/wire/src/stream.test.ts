import { describe, expect, test, vi } from 'vitest';
import { decodeStream } from './stream.ts';
import type { ByteDecoder } from './stream.ts';

async function* chunks(...all: number[][]): AsyncGenerator<Uint8Array> {
  for (const bytes of all) yield Uint8Array.from(bytes);
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** Emits each byte; 255 throws; the end emits -1. */
const numbers = (emit: (value: number) => void): ByteDecoder => ({
  feed(bytes) {
    for (const byte of bytes) {
      if (byte === 255) throw new Error('255');
      emit(byte);
    }
  },
  end: () => emit(-1),
});

describe('decodeStream', () => {
  test('yields what the decoder emits, also at its end', async () => {
    expect(await collect(decodeStream(chunks([1, 2], [], [3]), numbers))).toEqual([1, 2, 3, -1]);
  });

  test('calls of next that do not wait for each other get the values in order', async () => {
    const values = decodeStream(chunks([1, 2], [3], [], [4, 5]), numbers);
    const steps = await Promise.all(Array.from({ length: 8 }, () => values.next()));
    expect(steps.map((step) => step.value)).toEqual([1, 2, 3, 4, 5, -1, undefined, undefined]);
    expect(steps.map((step) => step.done)).toEqual([false, false, false, false, false, false, true, true]);
  });

  test('a late call of next does not overtake one that waits', async () => {
    const values = decodeStream(chunks([1, 2, 3]), numbers);
    const first = values.next();
    const second = values.next();
    expect((await first).value).toBe(1);
    const third = values.next();
    expect([(await second).value, (await third).value]).toEqual([2, 3]);
  });

  test('an abort right after next is seen, though the read has not begun', async () => {
    const control = new AbortController();
    const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const pending = decodeStream(source, numbers, control.signal).next();
    control.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
  });

  test('an error of the decoder comes after the values before it, once', async () => {
    const values = decodeStream(chunks([1, 255, 2], [3]), numbers);
    expect(await values.next()).toEqual({ done: false, value: 1 });
    await expect(values.next()).rejects.toThrow('255');
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  const closings: [name: string, close: (values: AsyncGenerator<number>) => PromiseLike<unknown>][] = [
    ['return', (values) => values.return(undefined)],
    ['throw', (values) => expect(values.throw(new Error('mine'))).rejects.toThrow('mine')],
    ['dispose', (values) => values[Symbol.asyncDispose]()],
  ];
  test.each(closings)('%s closes the source and drops what is left', async (_, close) => {
    const closed = vi.fn<() => void>();
    async function* source() {
      try {
        yield Uint8Array.of(1, 2);
      } finally {
        closed();
      }
    }
    const values = decodeStream(source(), numbers);
    await values.next();
    await close(values);
    expect(closed).toHaveBeenCalledOnce();
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  test('a read that settles after the end of the loop feeds nothing', async () => {
    const fed: number[] = [];
    let give: ((step: IteratorResult<Uint8Array>) => void) | undefined;
    const next = () => new Promise<IteratorResult<Uint8Array>>((resolve) => void (give = resolve));
    const values = decodeStream({ [Symbol.asyncIterator]: () => ({ next }) }, () => ({
      feed: (bytes) => void fed.push(...bytes),
      end: () => {},
    }));
    const pending = values.next();
    await expect.poll(() => give).toBeDefined();
    await values.return();
    give?.({ done: false, value: Uint8Array.of(1) });
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(fed).toEqual([]);
  });
});
