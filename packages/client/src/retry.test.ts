import { describe, expect, test } from 'vitest';
import { ConnectionError, HttpError, InvalidInputError } from './errors.ts';
import { Lifetime } from './lifetime.ts';
import { backoffMs, type FailedAttempt, retryAfterMs, retrying, type RetryPolicy } from './retry.ts';

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each<[string | null, number | undefined]>([
    ['0', 0],
    ['120', 120_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s is %s ms', (value, ms) => expect(retryAfterMs(value, now)).toBe(ms));
});

test('our own waits double up to the longest, and are random in their upper half', () => {
  for (let failures = 1; failures < 10; failures++) {
    const full = Math.min(8_000, 500 * 2 ** (failures - 1));
    const waits = Array.from({ length: 50 }, () => backoffMs(failures, {}));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(full / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(full);
    expect(new Set(waits).size).toBeGreaterThan(1);
  }
});

describe('what is tried again', () => {
  const attemptsOf = async (error: Error, safe: boolean, retry: RetryPolicy | false = {}) => {
    const failed: FailedAttempt[] = [];
    const policy = retry && { baseMs: 1, onFailedAttempt: (attempt: FailedAttempt) => failed.push(attempt), ...retry };
    let attempts = 0;
    const run = retrying({ name: 'GetTask', retry: policy, safe }, new Lifetime(), async () => {
      attempts++;
      throw error;
    });
    await expect(run).rejects.toBe(error);
    return { attempts, failed };
  };
  const broken = (nothingSent: boolean) => new ConnectionError('broken', { nothingSent });
  const http = (status: number, retryAfter?: number) => new HttpError('x', status, '', { retryAfterMs: retryAfter });

  test.each([
    ['a broken connection, safe', broken(false), true, 3],
    ['a broken connection, not safe', broken(false), false, 1],
    ['nothing sent, not safe', broken(true), false, 3],
    ['503, safe', http(503), true, 3],
    ['503 without Retry-After, not safe', http(503), false, 1],
    ['503 with Retry-After is a refusal', http(503, 1), false, 3],
    ['429 is a refusal', http(429), false, 3],
    ['500, safe', http(500), true, 1],
    ['404, safe', http(404), true, 1],
    ['429 that asks for more than the cap', http(429, 60_001), true, 1],
    ['an error that is not ours', new TypeError('bug'), true, 1],
    ['an error that is not retryable', new InvalidInputError('bad'), true, 1],
  ])('%s', async (_, error, safe, attempts) => {
    expect((await attemptsOf(error, safe)).attempts).toBe(attempts);
  });

  test('policy', async () => {
    expect((await attemptsOf(broken(false), false, { resend: true })).attempts).toBe(3);
    expect((await attemptsOf(broken(true), true, false)).attempts).toBe(1);
    expect((await attemptsOf(broken(true), true, { attempts: 5 })).attempts).toBe(5);
  });

  test('each failed attempt is told, with what will happen', async () => {
    const { failed } = await attemptsOf(http(503, 20), true);
    expect(failed.map(({ attempt, willRetry }) => ({ attempt, willRetry }))).toEqual([
      { attempt: 1, willRetry: true },
      { attempt: 2, willRetry: true },
      { attempt: 3, willRetry: false },
    ]);
    for (const { delayMs } of failed.slice(0, 2)) {
      expect(delayMs).toBeGreaterThanOrEqual(20);
      expect(delayMs).toBeLessThanOrEqual(22);
    }
    expect(failed[2]!.delayMs).toBe(0);
  });
});
