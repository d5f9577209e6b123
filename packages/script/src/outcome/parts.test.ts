import { expect, test } from 'vitest';
import { foldParts } from './parts.ts';

test('neighbouring plain texts of one media type become one, and nothing else does', () => {
  expect(
    foldParts([
      { text: 'a' },
      { text: '' },
      { text: 'b' },
      { text: 'c', mediaType: 'text/markdown' },
      { text: 'd', mediaType: 'text/markdown' },
      { data: 1 },
      { data: 1 },
      { text: 'e' },
      { text: 'f', filename: 'f' },
      { text: 'g' },
      { text: 'h', metadata: {} },
      { raw: 'AAAA' },
      { raw: 'AAAA' },
    ]),
  ).toEqual([
    { text: 'ab' },
    { text: 'cd', mediaType: 'text/markdown' },
    { data: 1 },
    { data: 1 },
    { text: 'e' },
    { text: 'f', filename: 'f' },
    { text: 'g' },
    { text: 'h', metadata: {} },
    { raw: 'AAAA' },
    { raw: 'AAAA' },
  ]);
  expect(foldParts([])).toEqual([]);
});

test('what was given stays as it was', () => {
  const parts = [{ text: 'a' }, { text: 'b' }];
  foldParts(parts);
  expect(parts).toEqual([{ text: 'a' }, { text: 'b' }]);
});
