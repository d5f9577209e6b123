import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.ts';

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

test('one alone waits for what goes on, and holds back what comes', async () => {
  const turnstile = new Turnstile();
  const said: string[] = [];
  let finish = () => {};
  const first = turnstile.together(async () => {
    said.push('first begins');
    await new Promise<void>((resolve) => (finish = resolve));
    said.push('first ends');
  });
  const alone = turnstile.alone(async () => {
    said.push('alone begins');
    await tick();
    said.push('alone ends');
  });
  const second = turnstile.together(async () => void said.push('second'));
  await tick();
  expect(said).toEqual(['first begins']);
  finish();
  await Promise.all([first, alone, second]);
  expect(said).toEqual(['first begins', 'first ends', 'alone begins', 'alone ends', 'second']);
});

test('two that want to be alone are so one after the other, and a failure opens the way again', async () => {
  const turnstile = new Turnstile();
  const said: string[] = [];
  const failing = turnstile.alone(() => Promise.reject(new Error('no')));
  const next = turnstile.alone(async () => void said.push('next'));
  await expect(failing).rejects.toThrow('no');
  await next;
  await turnstile.together(async () => void said.push('last'));
  expect(said).toEqual(['next', 'last']);
});
