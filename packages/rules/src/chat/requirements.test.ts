import { expect, test } from 'vitest';
import { families, requirementsOf } from '../index.ts';

const rows = requirementsOf('chat@docs');
const areaOf = (id: string) => id.split('-')[1]!;

test('DCAF chat has 91 rules for servers and 14 for clients, so many in each area', () => {
  const areas = Map.groupBy(rows, ({ id }) => areaOf(id));
  expect(Object.fromEntries([...areas].map(([area, members]) => [area, members.length]))).toEqual({
    HEALTH: 3,
    SYNC: 6,
    CTX: 4,
    ERR: 8,
    STREAM: 18,
    APPR: 12,
    WS: 15,
    ROUTE: 8,
    LEGACY: 3,
    QUEUE: 4,
    A2A: 4,
    MCP: 2,
    BODY: 1,
    CONC: 2,
    HTTP: 2,
    CLIENT: 14,
  });
  expect(rows).toHaveLength(92 + 14);
});

test('so many of each level and basis; none is stated, for the documents use no word of RFC 2119', () => {
  const count = (key: 'level' | 'basis') =>
    Object.fromEntries([...Map.groupBy(rows, (row) => row[key])].map(([value, members]) => [value, members.length]));
  expect(count('level')).toEqual({ must: 36, should: 52, may: 17, observe: 1 });
  expect(count('basis')).toEqual({ implied: 68, product: 20, ours: 18 });
});

test('numbers in an area begin at 1 and have no gap', () => {
  for (const [area, members] of Map.groupBy(rows, ({ id }) => id.slice(0, -4)))
    expect(members.map(({ id }) => id)).toEqual(
      members.map((_, index) => `${area}-${String(index + 1).padStart(3, '0')}`),
    );
});

test('rules are seen over a binding that the file explains, those for clients at the client alone', () => {
  const bindings = new Set(rows.filter(({ id }) => areaOf(id) !== 'CLIENT').flatMap(({ binding }) => binding));
  expect([...bindings].toSorted()).toEqual(
    ['HTTP', 'NDJSON', 'WebSocket', 'a2a', 'health', 'legacy', 'mcp', 'queue'].toSorted(),
  );
  for (const { id, binding } of rows) if (areaOf(id) === 'CLIENT') expect(binding).toEqual(['client']);
});

test('`chat` alone means the documents; the product names its version', () => {
  expect(families.chat.default).toBe('docs');
  expect(families.chat.revisions['dcaf-2.1']).toMatchObject({ id: 'chat@dcaf-2.1', patch: '2.1.0' });
});
