import { expect, test } from 'vitest';
import { readOptions, UsageError } from './options.ts';
import { isEnough } from './python.ts';

test("what is not ours is the suite's, the hyphens that pnpm passes on aside", () => {
  const options = readOptions(['--', '--path', 'kit', '--only', 'A2A10-*', '--record', '--verbose']);
  expect(options).toMatchObject({ path: 'kit', record: true, fresh: false });
  expect(options.suite).toEqual(['--only', 'A2A10-*', '--verbose']);
});

test.each([[['--path']], [['--python', '--record']]])('%j is refused', (args) => {
  expect(() => readOptions(args)).toThrow(UsageError);
});

test.each([
  ['Python 3.12.1\n', true],
  ['Python 3.13.0rc1\n', true],
  ['Python 3.11.7\n', false],
  ['Python 2.7.18\n', false],
  ['', false],
])('whether %j is enough: %s', (answer, enough) => {
  expect(isEnough(answer)).toBe(enough);
});
