import { expect, test } from 'vitest';
import { readOptions, UsageError } from './options.ts';
import { isEnough } from './python.ts';

test("what follows the hyphens is the suite's", () => {
  const options = readOptions(['--path', 'kit', '--record', '--', '--verbose', '--only', 'A2A10-*']);
  expect(options).toMatchObject({ path: 'kit', record: true, fresh: false });
  expect(options.suite).toEqual(['--verbose', '--only', 'A2A10-*']);
});

test('the hyphens that pnpm passes on are not meant for the suite', () => {
  expect(readOptions(['--', '--path', 'kit'])).toMatchObject({ path: 'kit', suite: [] });
});

test.each([[['--pth', 'kit']], [['--path']], [['kit']]])('%j is refused', (args) => {
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
