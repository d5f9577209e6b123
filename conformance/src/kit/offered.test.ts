import type { Exchange } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { isUnserved } from './offered.ts';

let id = 0;
const got = (path: string, status: number, json: object): Exchange => ({
  id: id++,
  request: { atMs: 0, method: 'GET', url: `http://127.0.0.1:1/v1${path}`, headers: [] },
  response: { atMs: 1, status, headers: [], json },
  frames: [],
});

const nowhere = got('/agentproto-no-such-path', 404, { detail: 'no /v1/agentproto-no-such-path' });

test.each<[string, Exchange, boolean]>([
  ['what a path gets that does not exist', got('/models/m', 404, { detail: 'no /v1/models/m' }), true],
  ['a word of its own', got('/models/m', 404, { detail: 'no model m' }), false],
  ['another status', got('/models/m', 400, { detail: 'no /v1/models/m' }), false],
  ['no such method', got('/models/m', 405, {}), true],
  ['no such feature', got('/models/m', 501, {}), true],
])('an operation that is answered with %s', (_what, exchange, expected) => {
  expect(isUnserved(exchange, () => [exchange, nowhere])).toBe(expected);
});

test('nothing is taken for a path that does not exist where nobody asked for one', () => {
  const exchange = got('/models/m', 404, { detail: 'Not Found' });
  expect(isUnserved(exchange, () => [exchange])).toBe(false);
});
