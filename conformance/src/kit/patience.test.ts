import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Patience, type Impatience } from './patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what was in vain twice is waited for briefly, over that binding, and that is told once', () => {
  const told: Impatience[] = [];
  const patience = new Patience(10_000, (impatience) => told.push(impatience));
  patience.inVain('an event', 'JSONRPC', 100);
  expect(patience.msFor('an event', 'JSONRPC')).toBeGreaterThan(9_000);
  patience.inVain('an event', 'JSONRPC', 100);
  patience.inVain('an event', 'JSONRPC', 100);
  expect(patience.msFor('an event', 'JSONRPC')).toBe(750);
  expect(patience.msFor('an event', 'HTTP+JSON')).toBeGreaterThan(9_000);
  expect(told).toEqual([{ what: 'an event', binding: 'JSONRPC', waitedMs: 100, brieflyMs: 750 }]);
});

test('a brief wait is long for a target that takes long over what it brings', () => {
  const patience = new Patience(10_000);
  patience.came('an event', 'JSONRPC', 1_000);
  for (let i = 0; i < 2; i++) patience.inVain('an event', 'JSONRPC', 10);
  expect(patience.msFor('an event', 'JSONRPC')).toBe(8_000);
  patience.came('an event', 'JSONRPC', 5_000);
  expect(patience.msFor('an event', 'JSONRPC')).toBe(10_000);
});

test('all vain waits together have a limit, whatever was waited for', () => {
  const told: Impatience[] = [];
  const patience = new Patience(10, (impatience) => told.push(impatience));
  vi.advanceTimersByTime(40);
  patience.inVain('one', 'JSONRPC', 40);
  expect(told).toMatchObject([{ what: 'everything' }]);
  expect(patience.msFor('another', 'HTTP+JSON')).toBe(10);
});

test('waits that overlap are counted once', () => {
  const patience = new Patience(1_000);
  for (const what of ['a', 'b', 'c', 'd']) patience.inVain(what, 'JSONRPC', 1_000);
  expect(patience.msFor('e', 'JSONRPC')).toBeGreaterThan(400);
});
