import { expect, test } from 'vitest';
import { canonicalJson } from './jcs.ts';

test('members are in the order of their UTF-16 code units, at every depth', () => {
  // The names of RFC 8785, 3.2.3: a surrogate pair comes before U+FB33.
  const value = {
    '\u20ac': 1,
    '\r': 2,
    '\ufb33': 3,
    '1': 4,
    '\ud83d\ude00': 5,
    '\u0080': 6,
    '\u00f6': [{ b: 1, a: 2 }],
  };
  expect(canonicalJson(value)).toBe(
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":[{"a":2,"b":1}],"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
  );
});

test('numbers and texts are as ECMAScript writes them', () => {
  expect(canonicalJson([JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0])).toBe(
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  );
  expect(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  expect(canonicalJson([null, true, false, {}, []])).toBe('[null,true,false,{},[]]');
});

test.each([['\ud800'], [Number.NaN], [{ a: () => {} }], [1n]])('%s has no canonical form', (value) => {
  expect(() => canonicalJson(value)).toThrow(/canonical JSON: expected/);
});
