import { expect, test } from 'vitest';
import { createSignals } from './signals.ts';

const never = new AbortController().signal;

test('a signal wakes all that wait for it, and only them', async () => {
  const signals = createSignals();
  const woken: string[] = [];
  for (const name of ['a', 'a', 'b']) void signals.wait(name, never).then(() => woken.push(name));
  signals.give('a');
  await Promise.resolve();
  expect(woken).toEqual(['a', 'a']);
});

test('a signal that nobody waits for lets the next one pass, once', async () => {
  const signals = createSignals();
  signals.give('a');
  signals.give('a');
  await signals.wait('a', never);
  let passed = false;
  const stop = new AbortController();
  const second = signals.wait('a', stop.signal).then(() => (passed = true));
  await Promise.resolve();
  expect(passed).toBe(false);
  stop.abort();
  await second;
  await signals.wait('a', stop.signal);
});
