import { VirtualClock } from '@agentproto/script';
import { expect, test } from 'vitest';
import type { Stoppable } from './left.ts';
import { stoppableClock } from './stoppable-clock.ts';
import { timerOn } from './timer.ts';

test('nobody sleeps on a clock that is stopped', async () => {
  const clock = new VirtualClock(5);
  const waiting = new Set<Stoppable>();
  let isClosing = false;
  const stoppable = stoppableClock(clock, timerOn(clock), { waiting, isClosing: () => isClosing });
  const asleep = [stoppable.sleep(10), stoppable.sleep(10, new AbortController().signal)];
  expect([stoppable.now(), clock.pending]).toEqual([5, 2]);
  isClosing = true;
  for (const one of waiting) one.stop();
  await Promise.all(asleep);
  await stoppable.sleep(10);
  expect(clock.pending).toBe(0);
});

test('a timer fires once, on its clock, unless it is canceled', async () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const setTimer = timerOn(clock);
  setTimer(10, () => fired.push('a'));
  setTimer(10, () => fired.push('b'))();
  expect(clock.pending).toBe(1);
  await clock.advance(30);
  expect(fired).toEqual(['a']);
});
