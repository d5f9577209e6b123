import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

test('wakes the sleepers in the order of their time, with that time on the clock', async () => {
  const clock = new VirtualClock(1_000);
  const woken: string[] = [];
  const sleep = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(`${name} at ${clock.now()}`));
  void sleep('b', 20);
  void sleep('a', 10);
  void sleep('c', 20);
  void sleep('d', 31);
  expect(clock.pending).toBe(4);
  await clock.advance(30);
  expect(woken).toEqual(['a at 1010', 'b at 1020', 'c at 1020']);
  expect(clock.now()).toBe(1_030);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(woken.at(-1)).toBe('d at 1031');
});

test('one who falls asleep again while time goes on is woken within the same advance', async () => {
  const clock = new VirtualClock();
  const times: number[] = [];
  const done = (async () => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(10);
      times.push(clock.now());
    }
  })();
  await clock.advance(100);
  await done;
  expect(times).toEqual([10, 20, 30]);
  expect(clock.now()).toBe(100);
});

test('an abort wakes at once, also before', async () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const sleep = clock.sleep(10, abort.signal);
  abort.abort();
  await sleep;
  expect(clock.pending).toBe(0);
  const other = new AbortController();
  void clock.sleep(1, other.signal);
  await clock.advance(1);
  expect(getEventListeners(other.signal, 'abort')).toHaveLength(0);
  await clock.sleep(10, abort.signal);
  await clock.sleep(0);
  expect(clock.now()).toBe(1);
});

test('tells when enough of them sleep', async () => {
  const clock = new VirtualClock();
  let told = 0;
  const two = clock.sleeping(2).then(() => told++);
  void clock.sleep(5);
  await clock.sleeping();
  expect(told).toBe(0);
  void clock.sleep(5);
  await two;
  expect(told).toBe(1);
  await clock.advance(5);
});
