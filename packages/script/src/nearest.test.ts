import { expect, test } from 'vitest';
import { didYouMean } from './nearest.ts';

test.each([
  ['--traget', ['--target', '--timeout'], '; did you mean --target?'],
  ['--TARGET', ['--target'], '; did you mean --target?'],
  ['a2a10-strem-006', ['A2A10-STREAM-005', 'A2A10-STREAM-006'], '; did you mean A2A10-STREAM-006?'],
  ['jsno', ['json', 'run'], '; did you mean json?'],
  ['no-end', ['a2a.stream.no-end', 'chat.stream.no-events'], '; did you mean a2a.stream.no-end?'],
  ['end', ['a2a.stream.no-end'], ''],
  ['xml', ['json', 'run'], ''],
  ['', ['json'], ''],
  ['x'.repeat(100_000), ['json'], ''],
])('%.20s', (word, known, expected) => {
  expect(didYouMean(word, known)).toBe(expected);
});

test('several may have been meant, the nearest first', () => {
  const known = ['a2a.task.late', 'a2a.task.lately', 'a2a.task.gate', 'chat.turn.gone'];
  expect(didYouMean('a2a.task.lat', known, 3)).toBe('; did you mean a2a.task.late, a2a.task.lately or a2a.task.gate?');
});
