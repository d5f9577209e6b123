import { expect, test } from 'vitest';
import { families, requirementsOf, type FamilyRevisionId } from '../index.ts';

const areas = (id: FamilyRevisionId) =>
  Object.fromEntries(
    [...Map.groupBy(requirementsOf(id), (row) => row.id.slice(0, -4))].map(([area, rows]) => [area, rows.length]),
  );

test('Open Responses has 105 rules, so many in each area; the first release had neither WebSocket nor compaction', () => {
  const both = {
    'RESP-HTTP': 6,
    'RESP-STREAM': 16,
    'RESP-ITEM': 16,
    'RESP-EXT': 13,
    'RESP-REAS': 3,
    'RESP-ERR': 5,
    'RESP-PREV': 5,
    'RESP-TOOL': 10,
    'RESP-TRUNC': 3,
    'RESP-TIER': 1,
    'RESP-SCHEMA': 4,
  };
  expect(areas('responses@2026-04-24')).toEqual({ ...both, 'RESP-COMPACT': 4, 'RESP-WS': 20 });
  expect(areas('responses@2026-01-15')).toEqual(both);
});

test('OpenAI has 53 rules of its own; WayFlow has 34, and none of the others', () => {
  const own = (id: FamilyRevisionId, prefix: string) => requirementsOf(id).filter((row) => row.id.startsWith(prefix));
  expect(own('responses@openai', 'OAI-')).toHaveLength(53);
  expect(requirementsOf('responses@wayflow').map(({ id }) => id.slice(0, 3))).toEqual(
    Array.from({ length: 34 }, () => 'WF-'),
  );
});

test('a MUST has the text of its own revision', () => {
  for (const id of ['responses@2026-04-24', 'responses@2026-01-15', 'responses@openai'] as const)
    for (const row of requirementsOf(id))
      if (row.level === 'must')
        expect([row.id, row.basis]).toEqual([row.id, expect.stringMatching(/^(?:stated|implied)$/)]);
  expect(requirementsOf('responses@openai').filter(({ basis }) => basis === 'stated')).toEqual([]);
});

test('numbers in an area begin at 1 and have no gap', () => {
  const rows = [...requirementsOf('responses@2026-04-24'), ...requirementsOf('responses@wayflow')];
  for (const [area, members] of Map.groupBy(rows, ({ id }) => id.slice(0, -4)))
    expect(members.map(({ id }) => id)).toEqual(members.map((_, at) => `${area}-${String(at + 1).padStart(3, '0')}`));
});

test('`responses` alone means the current release', () => {
  expect(families.responses.default).toBe('2026-04-24');
  expect(families.responses.revisions.wayflow).toMatchObject({ id: 'responses@wayflow', patch: '26.3.1' });
});
