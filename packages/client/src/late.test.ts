import { expect, test } from 'vitest';
import { late } from './late.ts';

test('a part is loaded once, for all who want it', async () => {
  let loads = 0;
  const part = late(async () => ++loads);
  expect(loads).toBe(0);
  expect([part(), await part(), await part()]).toEqual([part(), 1, 1]);
});

test('a part that cannot be loaded is an error that may be met by trying again', async () => {
  const away = new TypeError('Failed to fetch dynamically imported module');
  let isAway = true;
  const part = late(async () => {
    if (isAway) throw away;
    return 'it';
  });
  await expect(part()).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    nothingSent: true,
    retryable: true,
    cause: away,
  });
  isAway = false;
  expect(await part()).toBe('it');
});
