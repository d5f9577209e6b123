import { expect, test } from 'vitest';
import { anotherVersionOf, extensionsOf, inOtherCase } from './extensions.ts';

test.each([
  ['https://example.com/ext/trace/v1', 'https://example.com/ext/trace/v2'],
  ['https://example.com/ext/trace/1.9/', 'https://example.com/ext/trace/2.9/'],
  ['urn:a2a:trace:v9', 'urn:a2a:trace:v10'],
  ['https://a2a.example.com/trace', undefined],
])('another version of %s', (uri, other) => expect(anotherVersionOf(uri)).toBe(other));

test.each([
  ['https://example.com/ext/v1', 'https://example.com/EXT/V1'],
  ['urn:A2A:X', 'urn:a2a:x'],
  // The host is the same in any case.
  ['https://example.com/1', undefined],
])('%s in other letters', (uri, other) => expect(inOtherCase(uri)).toBe(other));

test('only what can be named is declared', () => {
  const extensions = [{ uri: 'a', required: true }, { uri: '' }, { required: true }, 'b', { uri: 'c' }];
  expect(extensionsOf({ capabilities: { extensions } })).toEqual([
    { uri: 'a', required: true },
    { uri: 'c', required: false },
  ]);
  expect(extensionsOf({})).toEqual([]);
});
