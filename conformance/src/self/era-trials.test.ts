import { expect, test } from 'vitest';
import { eraTrials, tryEra } from './era-trials.ts';
import { fixtures } from './fixtures.ts';
import { sight } from './sight.ts';

const options = { patienceMs: 2_000 };

test('some quirk is there for each row of a server', () => {
  expect(eraTrials.filter(({ candidates }) => candidates.length === 0).map(({ row }) => row)).toEqual([]);
  expect(eraTrials.length).toBeGreaterThan(200);
});

/** One of what is only seen where webhooks are declared, and one that a play cannot have for each of its stimuli. */
test.each([
  ['a2a@0.3', 'A2A03-TRANS-003', 'secured'],
  ['a2a@0.3', 'A2A03-STREAM-017', 'default'],
  ['a2a@0.1', 'A2A01-STREAM-013', 'default'],
])('a row of %s turns red under its quirk, and nothing else does: %s', async (era, row, setUp) => {
  const trial = eraTrials.find((one) => one.era === era && one.row === row)!;
  const fixture = fixtures.find(({ name }) => name === `${era}, ${setUp}`)!;
  const controls = new Map([[fixture.name, await sight(fixture, [], options)]]);
  const { complaint, detected } = await tryEra(trial, [fixture], controls, options);
  expect({ complaint, detected }).toEqual({ complaint: undefined, detected: true });
});
