import { expect, test } from 'vitest';
import { base64Of, likeness, vectorOf } from './vectors.ts';

const like = (one: string, other: string) => likeness(vectorOf(one), vectorOf(other));

test('has length 1, whatever the size, and is the same each time', () => {
  for (const size of [1, 8, 256, 3_072]) {
    const vector = vectorOf('The quick brown fox', size);
    expect(vector).toHaveLength(size);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(vectorOf('The quick brown fox', size)).toEqual(vector);
  }
  expect(Math.hypot(...vectorOf('  …'))).toBe(0);
});

test('is a fixed function of the text', () => {
  const [at] = [...vectorOf('zürich').entries()].toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const again = [...vectorOf('ZURICH!').entries()].toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  expect(again[0]).toEqual(at);
});

test('a paraphrase is nearer than another matter', () => {
  const documents = [
    'Refunds are paid back within fourteen days of a return.',
    'Our office in Bern is open from nine to five.',
    'The server restarts every night to install updates.',
  ];
  const nearest = (query: string) => documents.toSorted((a, b) => like(query, b) - like(query, a))[0]!;
  expect(nearest('When is a refund paid after I return something?')).toBe(documents[0]);
  expect(nearest('opening hours of the Bern offices')).toBe(documents[1]);
  expect(nearest('nightly restart for an update')).toBe(documents[2]);
  expect(like('stopping', 'stopped')).toBeGreaterThan(0.5);
  expect(like('refund', 'giraffe')).toBeLessThan(0.2);
});

test('base64 has the same numbers', () => {
  const vector = vectorOf('one two', 16);
  const bytes = Buffer.from(base64Of(vector), 'base64');
  expect(Array.from({ length: 16 }, (_, at) => bytes.readFloatLE(at * 4))).toEqual([...vector]);
});
