import { expect, test } from 'vitest';
import { globs } from './glob.ts';

test.each([
  ['A2A10-STREAM-006', 'A2A10-STREAM-006', true],
  ['a2a10-stream-*', 'A2A10-STREAM-006', true],
  ['*STREAM*', 'A2A10-STREAM-006', true],
  ['a2a/*', 'a2a/stream/cancel', true],
  ['*/cancel', 'a2a/stream/cancel', true],
  ['A2A10-STREAM-00?', 'A2A10-STREAM-006', true],
  ['A2A10-STREAM-00?', 'A2A10-STREAM-00', false],
  ['STREAM', 'A2A10-STREAM-006', false],
  ['A2A10-STREAM', 'A2A10-STREAM-006', false],
  ['*a*b', 'xxaybzab', true],
  ['*a*b', 'xxaybza', false],
  ['*', '', true],
  ['', '', true],
  ['', 'x', false],
  ['a.c', 'abc', false],
])('%s on %s: %s', (pattern, name, expected) => {
  expect(globs(pattern)(name)).toBe(expected);
});

test('many stars take no exponential time', () => {
  const began = process.cpuUsage();
  expect(globs('*a'.repeat(200) + 'b')('a'.repeat(20_000))).toBe(false);
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(2_000);
});
