import { describe, expect, test } from 'vitest';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { combinations, causesOf, complaintOf } from './combined.ts';

/** One cause is one red, however many there are at once. */
describe('reds are the causes', () => {
  test.each(['a2akit-like', 'ten at once', 'responses@2026-04-24, ten at once', 'a2a@0.3, six over both bindings'])(
    '%s',
    async (name) => {
      const combination = combinations.find((one) => one.name === name)!;
      const { named, red } = await causesOf(combination, { patienceMs: 2_000 });
      expect(named.length).toBeGreaterThan(5);
      expect(red).toEqual(named);
    },
  );
});

test('a time that is a whole second is left out of a list for one reason', async () => {
  const quirks = ['a2a.model.whole-seconds', 'a2a.list.after-is-later'].map((name) =>
    QUIRKS.find((quirk) => quirk.name === name)!,
  );
  const { red } = await causesOf({ name: 'whole seconds', protocol: 'a2a@1.0', quirks }, { patienceMs: 2_000 });
  expect(red).toEqual(['A2A10-LIST-013']);
});

test('what is missing and what is too much is said', () => {
  expect(complaintOf({ named: ['A', 'B'], red: ['B', 'C'] })).toBe('stayed green: A; no causes, and red: C');
  expect(complaintOf({ named: ['A'], red: ['A'] })).toBeUndefined();
});
