import { describe, expect, test } from 'vitest';
import { combinations, causesOf, complaintOf } from './combined.ts';

/** One cause is one red, however many there are at once. */
describe('reds are the causes', () => {
  const some = combinations.filter(({ name }) => name === 'a2akit-like' || name === 'ten at once');
  test('of a server like a2akit, and of ten faults at once', async () => {
    expect(some).toHaveLength(2);
    for (const combination of some) {
      const { named, red } = await causesOf(combination, { patienceMs: 2_000 });
      expect(named.length).toBeGreaterThan(8);
      expect(red).toEqual(named);
    }
  });
});

test('what is missing and what is too much is said', () => {
  expect(complaintOf({ named: ['A', 'B'], red: ['B', 'C'] })).toBe('stayed green: A; no causes, and red: C');
  expect(complaintOf({ named: ['A'], red: ['A'] })).toBeUndefined();
});
