import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault } from './json-text.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['{"a":1,}', 1, 8, 'a member name in double quotes', '"}"'],
  ['[1,]', 1, 4, 'a value', '"]"'],
  ['[1 2]', 1, 4, ', or the closing bracket', '"2]"'],
  ['[1}', 1, 3, ', or the closing bracket', '"}"'],
  ['{"a" 1}', 1, 6, ':', '"1}"'],
  ["{'a':1}", 1, 2, 'a member name in double quotes or }', '"\'a\':1}"'],
  ['{"a":\n\ttru}', 2, 2, 'a value', '"tru}"'],
  ['["a\nb"]', 1, 2, 'a string that is closed, on one line, with valid escapes', '"\\"a"'],
  ['["\\x"]', 1, 2, 'a string that is closed, on one line, with valid escapes', '"\\"\\\\x\\"]"'],
  ['[1]]', 1, 4, 'the end of the text', '"]"'],
  ['01', 1, 2, 'the end of the text', '"1"'],
  ['[', 1, 2, 'a value or ]', 'the end of the text'],
  ['{', 1, 2, 'a member name in double quotes or }', 'the end of the text'],
  ['nope', 1, 1, 'a value', '"nope"'],
])('%j', (text, line, column, expected, got) => {
  expect(jsonFault(text)).toEqual({ line, column, expected, got });
});

test('finds a fault exactly where JSON.parse does not accept the text', () => {
  const mutated = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('', ',', ':', '"', '[', '}', '0', ' ', '\\', 'e', '-', '.', 'null'),
      fc.boolean(),
    )
    .map(([text, place, insert, drop]) => {
      const index = place % (text.length + 1);
      return text.slice(0, index) + insert + text.slice(index + (drop ? 1 : 0));
    });
  fc.assert(
    fc.property(mutated, (text) => {
      expect(jsonFault(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

test('takes large and deep texts', () => {
  const text = `["${'\\n'.repeat(2_000_000)}",${'['.repeat(200_000)}`;
  expect(jsonFault(text)?.column).toBe(text.length + 1);
});
