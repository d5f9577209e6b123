import { describe, expect, test } from 'vitest';
import { absent, anyOf, contains, mismatch, nonEmptyString, readable, sameJson } from './match.ts';

describe('mismatch', () => {
  test('an object matches when its members do; more may be there', () => {
    expect(mismatch({ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 })).toBeUndefined();
  });
  test('says where, what was expected and what came', () => {
    expect(mismatch({ a: [{ b: 1 }] }, { a: [{ b: 2 }] })).toEqual({ path: 'a[0].b', expected: 1, actual: 2 });
  });
  test.each([
    [{ a: 1 }, undefined],
    [{ a: 1 }, null],
    [{ a: 1 }, [1]],
    [{ a: absent }, { a: null }],
    [[1], [1, 2]],
    [[], {}],
    [{ a: nonEmptyString }, { a: '' }],
    [1, '1'],
  ])('%j does not match %j', (shape, actual) => {
    expect(mismatch(shape, actual)).toBeDefined();
  });
  test('matchers decide for themselves', () => {
    expect(
      mismatch({ state: anyOf('a', 'b'), list: contains(2), gone: absent }, { state: 'b', list: [1, 2] }),
    ).toBeUndefined();
    expect(mismatch(anyOf('a', { b: 1 }), { b: 2 })).toMatchObject({ expected: 'one of "a", {"b":1}' });
  });
});

test('readable puts words for matchers', () => {
  expect(readable({ a: [nonEmptyString], b: 1 })).toEqual({ a: ['a non-empty string'], b: 1 });
});

test('sameJson ignores the order of members and nothing else', () => {
  expect(sameJson({ a: 1, b: [null, { c: 'x' }] }, { b: [null, { c: 'x' }], a: 1 })).toBe(true);
  expect(sameJson({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(sameJson({ a: undefined }, { b: undefined })).toBe(false);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson([], {})).toBe(false);
});
