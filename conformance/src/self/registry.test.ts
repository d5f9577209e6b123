import { requirements, type RequirementId } from '@agentproto/rules';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { describe, expect, test } from 'vitest';
import { families } from '../families.ts';
import { rowsOf, rowTable } from '../kit/rows.ts';
import { HARNESS_WORDS, STIMULUS_WORDS, TARGET_WORDS } from '../kit/stimulus.ts';
import { judgedQuirks } from './judged-quirks.ts';

/** Registry, checks and quirks are in bijection, or the build fails. */
describe.each(families.map((family) => [family.id, family] as const))('%s', (_id, family) => {
  const played = new Set(family.scenarios.flatMap(({ proves }) => proves));
  const ofClients = new Set((family.clients ?? []).flatMap(({ proves }) => proves));
  const watched = new Set([...family.invariants.flatMap(({ proves }) => proves), ...ofClients]);

  test('every row that says it is checked is, in the way that it says, and no other', () => {
    const expected = Object.fromEntries(
      [...new Set([...played, ...watched])].map((id) => [id, played.has(id) ? 'scenario' : 'invariant']),
    );
    expect(Object.fromEntries(rowsOf(family).flatMap(({ id, check }) => (check ? [[id, check]] : [])))).toEqual(
      expected,
    );
  });

  test('every row that is checked has a quirk that breaks it', () => {
    const rows = rowTable(family);
    const broken = new Set<RequirementId | undefined>(
      QUIRKS.map(({ breaks }) => (breaks === null ? undefined : rows.get(breaks)?.id)),
    );
    // A rule for clients is broken by a recording: see `clients/clients.test.ts`.
    expect([...played, ...watched].filter((id) => !broken.has(id) && !ofClients.has(id))).toEqual([]);
  });

  test('scenario ids are unique and begin with the family', () => {
    const ids = [...family.scenarios, ...family.invariants].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !id.startsWith(`${family.id.split('@', 1)[0]}/`))).toEqual([]);
  });

  test('the smoke set names scenarios that exist', () => {
    const ids = new Set(family.scenarios.map(({ id }) => id));
    expect(family.smoke.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('a row needs the stimuli of a scenario that proves it', () => {
    const wrong = rowsOf(family).filter(({ id, check, stimulus = [] }) => {
      const needs = family.scenarios.filter(({ proves }) => proves.includes(id)).map((one) => one.stimulus ?? []);
      return check === 'scenario' && !needs.some((words) => [...words].sort().join() === [...stimulus].sort().join());
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test('scenarios ask for stimuli that there are', () => {
    for (const { stimulus = [] } of family.scenarios)
      expect([...STIMULUS_WORDS, ...HARNESS_WORDS, ...TARGET_WORDS]).toEqual(expect.arrayContaining([...stimulus]));
  });
});

test('every quirk breaks a row that some family of the suite checks', () => {
  const checked = new Set(
    families.flatMap(({ scenarios, invariants }) => [...scenarios, ...invariants].flatMap(({ proves }) => proves)),
  );
  const unchecked = judgedQuirks.filter(({ breaks }) => breaks !== null && !checked.has(breaks));
  expect(unchecked.map(({ name }) => name)).toEqual([]);
});

test('quirks have names of their own, and say rules that exist', () => {
  expect(new Set(QUIRKS.map(({ name }) => name)).size).toBe(QUIRKS.length);
  expect(QUIRKS.flatMap(({ also = [] }) => also).filter(({ id }) => !(id in requirements))).toEqual([]);
});
