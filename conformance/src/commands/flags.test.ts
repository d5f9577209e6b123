import { describe, expect, test } from 'vitest';
import { UsageError } from '../kit/usage-error.ts';
import { parseChoice, parseDuration, parseFlags, parseInteger } from './flags.ts';

const flags = [
  { name: 'target', value: 'a URL' },
  { name: 'header', value: '"Name: value"', repeatable: true },
  { name: 'quiet' },
];

test('values, repetitions, positionals', () => {
  const read = parseFlags(
    ['one', '--target', 'http://x', '--header=A: b', '--header', 'C: -d', '--quiet', '--', '--two'],
    flags,
  );
  expect(read.one('target')).toBe('http://x');
  expect(read.all('header')).toEqual(['A: b', 'C: -d']);
  expect(read.has('quiet')).toBe(true);
  expect(read.positionals).toEqual(['one', '--two']);
  expect(read.one('other')).toBeUndefined();
});

test.each([
  [['--traget', 'x'], 'unknown flag --traget; did you mean --target?'],
  [['--zzz'], 'unknown flag --zzz'],
  [['-t'], 'unknown flag -t'],
  [['--no-quiet'], 'unknown flag --no-quiet; did you mean --quiet?'],
  [['--target'], '--target: expected a URL after it'],
  [['--target', '--quiet'], '--target: expected a URL after it'],
  [['--target='], '--target: expected a URL after it'],
  [['--quiet=yes'], '--quiet: takes no value, got "yes"'],
  [['--target', 'a', '--target', 'b'], '--target: given twice'],
])('%j', (args, message) => {
  expect(() => parseFlags(args, flags)).toThrow(UsageError);
  expect(() => parseFlags(args, flags)).toThrow(message);
});

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['2s', 2_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1440m', 86_400_000],
  ])('%s', (text, ms) => expect(parseDuration('--timeout', text)).toBe(ms));

  test.each(['2', '', '2 s', '-2s', '0s', '0.1ms', '2h', '1e3s', 'soon', '2000m', '9'.repeat(400) + 's'])(
    '%s is refused',
    (text) => {
      expect(() => parseDuration('--timeout', text)).toThrow(
        'expected a duration from 1ms to 1440m, such as 500ms, 2s or 2m',
      );
    },
  );
});

test('whole numbers', () => {
  expect(parseInteger('--concurrency', '4', 1, 64)).toBe(4);
  for (const text of ['0', '65', '1.5', '4x', '-1', '', '99999999999999999999']) {
    expect(() => parseInteger('--concurrency', text, 1, 64)).toThrow(
      `--concurrency ${text}: expected a whole number from 1 to 64`,
    );
  }
});

test('words', () => {
  expect(parseChoice('--fail-on', 'any', ['must', 'any'])).toBe('any');
  expect(() => parseChoice('--fail-on', 'mus', ['must', 'any'])).toThrow(
    '--fail-on mus: expected must, any; did you mean must?',
  );
});
