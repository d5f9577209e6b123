import { expect, test } from 'vitest';
import { HandOut } from './hand-out.ts';
import { LateReading, type Reading } from './late-reading.ts';
import { Lifetime } from './lifetime.ts';

/** A stream of 1, 2 and 3, and what became of it. */
function stream(load: () => Promise<void> = async () => {}) {
  const life = new Lifetime();
  const seen = { begun: 0, loads: 0, left: false };
  const reading = (): Reading<number, string> => {
    const batches = async function* () {
      try {
        yield [1, 2];
        yield [3];
      } finally {
        seen.left = true;
      }
    };
    const events = new HandOut(batches(), (batch, index) => batch[index]);
    return { events, final: async () => events.drain().then(() => 'whole') };
  };
  const begin = () => {
    seen.begun++;
    return life;
  };
  const open = async () => {
    seen.loads++;
    await load();
    return reading();
  };
  return { late: new LateReading(begin, open), seen };
}

test('nothing begins before the first read, and reads that come together keep their order', async () => {
  const { late, seen } = stream();
  const events = late.iterate();
  expect([seen.begun, late.now]).toEqual([0, undefined]);
  const steps = await Promise.all([events.next(), events.next(), events.next(), events.next()]);
  expect(steps.map(({ value }) => value)).toEqual([1, 2, 3, undefined]);
  expect([seen.begun, seen.loads]).toEqual([1, 1]);
  expect(() => late.iterate()).toThrow('a stream can be read once');
});

test('what was begun in a loop is finished by final', async () => {
  const { late } = stream();
  expect(await late.iterate().next()).toEqual({ done: false, value: 1 });
  expect(await late.final()).toBe('whole');
});

test('what cannot be loaded is the error of the first read and of final, and ends it', async () => {
  const away = new Error('away');
  const { late, seen } = stream(() => Promise.reject(away));
  const events = late.iterate();
  await expect(events.next()).rejects.toBe(away);
  expect(await events.next()).toEqual({ done: true, value: undefined });
  await expect(late.final()).rejects.toBe(away);
  expect(seen.loads).toBe(1);
});

test('one that is closed before it is read loads nothing', async () => {
  const { late, seen } = stream();
  await late.close();
  expect(await late.iterate().next()).toEqual({ done: true, value: undefined });
  await expect(late.final()).rejects.toMatchObject({ code: 'ABORTED' });
  expect(seen.begun).toBe(0);
});

test('closed while it loads, the read that waits says so', async () => {
  const { late } = stream(() => new Promise(() => {}));
  const first = late.iterate().next();
  await Promise.all([late.close(), expect(first).rejects.toMatchObject({ code: 'ABORTED' })]);
});

test('left in the middle, the source ends', async () => {
  const { late, seen } = stream();
  for await (const event of { [Symbol.asyncIterator]: () => late.iterate() }) if (event === 1) break;
  expect(seen.left).toBe(true);
});
