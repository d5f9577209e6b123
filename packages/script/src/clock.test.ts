import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('an abort ends a sleep at once and leaves no listener behind', async () => {
  const abort = new AbortController();
  const before = systemClock.now();
  const sleep = systemClock.sleep(60_000, abort.signal);
  abort.abort();
  await sleep;
  await systemClock.sleep(60_000, abort.signal);
  expect(systemClock.now() - before).toBeLessThan(10_000);
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
});

test('a sleep that ends by itself leaves no listener behind', async () => {
  const abort = new AbortController();
  await systemClock.sleep(1, abort.signal);
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
});
