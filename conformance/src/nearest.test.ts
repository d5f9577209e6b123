import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['--traget', ['--target', '--timeout'], '; did you mean --target?'],
  ['--TARGET', ['--target'], '; did you mean --target?'],
  ['a2a10-strem-006', ['A2A10-STREAM-005', 'A2A10-STREAM-006'], '; did you mean A2A10-STREAM-006?'],
  ['jsno', ['json', 'run'], '; did you mean json?'],
  ['xml', ['json', 'run'], ''],
  ['', ['json'], ''],
  ['x'.repeat(100_000), ['json'], ''],
])('%.20s', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});
