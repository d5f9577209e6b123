import { expect, test } from 'vitest';
import { RunIndex } from './run-index.ts';
import type { Run } from './store.ts';

const QUERY = { family: 'a2a', owner: 'anna', limit: 1_000 };

/** Many of one moment, so that ids decide; some not open, some of others. */
const run = (i: number): Run => ({
  id: `run-${(i * 7_919) % 1_000}`,
  family: 'a2a',
  revision: '1.0',
  owner: i % 10 === 0 ? 'ben' : 'anna',
  contextId: `context-${i % 3}`,
  createdAt: 0,
  state: i % 4 === 0 ? 'working' : 'completed',
  open: i % 9 !== 0,
  statusAt: (i * 31) % 17,
  seq: 1,
});

test('an index that is asked late says the same as one that was there from the beginning', () => {
  const runs = Array.from({ length: 700 }, (_, i) => run(i));
  const early = new RunIndex(() => []);
  early.list(QUERY);
  for (const one of runs) early.put(undefined, one);
  const late = new RunIndex(() => runs);
  for (const one of runs) late.put(undefined, one);

  for (const more of [
    {},
    { state: 'working' },
    { contextId: 'context-1' },
    { statusSince: 9 },
    { limit: 5 },
  ] as const) {
    const page = early.list({ ...QUERY, ...more });
    expect(page.total).toBeGreaterThan(20);
    expect(late.list({ ...QUERY, ...more })).toEqual(page);
  }
});

test('what changes or goes after the first question does so in the lists', () => {
  const runs = [run(1), run(2), run(3)];
  const index = new RunIndex(() => runs);
  expect(index.list(QUERY).total).toBe(3);
  index.put(runs[0], { ...runs[0]!, statusAt: 1_000 });
  index.put(runs[1], undefined);
  expect(index.list(QUERY).places.map(({ id }) => id)).toEqual([runs[0]!.id, runs[2]!.id]);
});
