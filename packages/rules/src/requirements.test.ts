import { expect, test } from 'vitest';
import { families, requirements } from './index.ts';

const rows = Object.values(requirements);
const a2a10 = rows.filter(({ id }) => id.startsWith('A2A10-'));

test('A2A 1.0 has 239 rules for servers and 16 for clients, so many in each area', () => {
  const areas = Object.groupBy(a2a10, ({ id }) => id.split('-')[1]!);
  expect(Object.fromEntries(Object.entries(areas).map(([area, members]) => [area, members?.length]))).toEqual({
    SEND: 21,
    STREAM: 22,
    GET: 6,
    HIST: 7,
    LIST: 19,
    CANCEL: 6,
    SUB: 8,
    PUSH: 17,
    DELIV: 9,
    CAP: 6,
    XCARD: 6,
    CTX: 7,
    ERR: 10,
    VER: 9,
    DM: 15,
    CARD: 14,
    SIGN: 5,
    RPC: 14,
    REST: 14,
    EXT: 5,
    TEN: 2,
    AUTH: 10,
    EQ: 4,
    TLS: 1,
    LIM: 1,
    SEC: 1,
    CLI: 16,
  });
  expect(a2a10).toHaveLength(239 + 16);
});

test('numbers in an area begin at 1 and have no gap', () => {
  for (const [area, members] of Map.groupBy(a2a10, ({ id }) => id.slice(0, -4)))
    expect(members.map(({ id }) => id)).toEqual(
      members.map((_, index) => `${area}-${String(index + 1).padStart(3, '0')}`),
    );
});

test('each row stands under its own id and names a family and revision that exist', () => {
  for (const [id, row] of Object.entries(requirements)) {
    expect(row.id).toBe(id);
    expect(families).toHaveProperty([row.family, 'revisions', row.revision]);
  }
});

test('client rules are seen at the client, and only they are', () => {
  const atClient = a2a10.filter(({ binding }) => binding.includes('client')).map(({ id }) => id);
  expect(atClient).toEqual(a2a10.map(({ id }) => id).filter((id) => id.startsWith('A2A10-CLI-')));
});

test('a2a@1.0 names its newest patch', () => {
  expect(families.a2a.default).toBe('1.0');
  expect(families.a2a.revisions['1.0']).toMatchObject({ id: 'a2a@1.0', patch: '1.0.1', patches: ['1.0.0', '1.0.1'] });
});

test('what a product does, or what we read, is never a MUST', () => {
  const binding = rows.filter(({ level, basis }) => level === 'must' && (basis === 'ours' || basis === 'product'));
  expect(binding.map(({ id }) => id)).toEqual([]);
});

test('the level of a product is for what a product does, in the revision of that product', () => {
  const own = rows.filter(({ level }) => level === 'product');
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter(({ basis, revision }) => basis !== 'product' || revision !== 'wayflow')).toEqual([]);
});
