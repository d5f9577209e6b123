import { expect, onTestFinished, test, vi } from 'vitest';
import { within } from '../kit/within.ts';
import { AwakeTimer } from './awake-timer.ts';
import { type Expired, WaitTimers } from './wait-timers.ts';
import { DEFAULT_WAIT_LIMITS } from './wait-limits.ts';

/** Nothing else happens for so long. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

/** What takes some turns of the event loop, as an answer over a socket does. */
async function turns<T>(value: T, count = 5): Promise<T> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
  return value;
}

const rung = (ms: number) => {
  const { promise, resolve } = Promise.withResolvers<'rung'>();
  const timer = new AwakeTimer(ms, () => resolve('rung'));
  onTestFinished(() => timer.stop());
  return { promise, timer };
};

test('rings when its time is up, and no sooner', async () => {
  for (const ms of [0, 1, 40, 90]) {
    const began = performance.now();
    expect(await rung(ms).promise).toBe('rung');
    expect(performance.now() - began).toBeGreaterThan(ms - 2);
  }
});

test('a gap in which nobody could listen does not use it up', async () => {
  const { promise } = rung(200);
  block(300);
  expect(await Promise.race([promise, turns('came')])).toBe('came');
  expect(await promise).toBe('rung');
});

test('a wait that begins anew lasts as long again; one that is stopped never ends', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
  onTestFinished(() => void vi.useRealTimers());
  const ring = vi.fn<() => void>();
  const timer = new AwakeTimer(1_000, ring);
  vi.advanceTimersByTime(900);
  timer.refresh();
  vi.advanceTimersByTime(900);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(101);
  expect(ring).toHaveBeenCalledTimes(1);
  const stopped = new AwakeTimer(1_000, ring);
  stopped.stop();
  stopped.refresh();
  vi.advanceTimersByTime(10_000);
  expect(ring).toHaveBeenCalledTimes(1);
});

test('what comes after such a gap has come within the time, and is no silence', async () => {
  const answer = Promise.resolve().then(() => (block(300), turns('came')));
  expect(await within(answer, 200)).toBe('came');

  const expired = vi.fn<Expired>();
  const timers = new WaitTimers({ ...DEFAULT_WAIT_LIMITS, connectMs: 200, inactivityMs: 200 }, expired);
  onTestFinished(() => timers.stop());
  timers.start();
  block(300);
  await turns('connected');
  timers.connected();
  block(300);
  await turns('heard');
  timers.touch();
  expect(expired).not.toHaveBeenCalled();
  await expect.poll(() => expired.mock.calls).toEqual([['timeout', 'nothing came for 200 ms']]);
});
