import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNdjsonDecoder } from './decoder.ts';
import { encodeNdjsonLine } from './encode.ts';
import { parseNdjsonLine } from './line.ts';

function decode(text: string): unknown[] {
  const values: unknown[] = [];
  const decoder = createNdjsonDecoder({ onLine: (line) => values.push(parseNdjsonLine(line)) });
  decoder.feed(new TextEncoder().encode(text));
  decoder.end();
  return values;
}

test('what is encoded decodes to the same, a line each', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ noUnicodeString: false })), (values) => {
      const text = values.map(encodeNdjsonLine).join('');
      expect(decode(text)).toEqual(JSON.parse(JSON.stringify(values)));
      expect(text.split('\n')).toHaveLength(values.length + 1);
    }),
  );
});

test('text of any kind stays on its line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\n', '\r', '\u2028', '\u2029', '\u0085', '\uFEFF', '😀', '"', '\\') }),
      (text) => {
        expect(decode(encodeNdjsonLine(text))).toEqual([text]);
      },
    ),
  );
  // UTF-8 has no lone surrogate: JSON must escape it.
  expect(encodeNdjsonLine('\uD800')).toBe('"\\ud800"\n');
});

test('null is a value, and members that are undefined are left out', () => {
  expect(encodeNdjsonLine({ a: null, b: undefined, c: [null, 'null'] })).toBe('{"a":null,"c":[null,"null"]}\n');
  expect(encodeNdjsonLine(null)).toBe('null\n');
});

const circular: unknown[] = [];
circular.push(circular);

test.each([
  [undefined, 'expected a JSON value, got undefined'],
  [() => {}, 'expected a JSON value, got function'],
  [Number.NaN, 'expected a JSON value, got NaN'],
  [{ a: { score: Number.POSITIVE_INFINITY } }, 'score: expected a JSON value, got Infinity'],
  [[1, Number.NEGATIVE_INFINITY], '[1]: expected a JSON value, got -Infinity'],
  [[undefined], '[0]: expected a JSON value, got undefined'],
  [{ list: [Symbol('a')] }, '[0]: expected a JSON value, got symbol'],
  [1n, /^expected a value that JSON can say: .*BigInt/],
  [circular, /^expected a value that JSON can say: .*circular/],
])('%o is refused', (value, message) => {
  expect(() => encodeNdjsonLine(value)).toThrow(expect.objectContaining({ name: 'WireError', code: 'bad-field' }));
  expect(() => encodeNdjsonLine(value)).toThrow(message);
});
