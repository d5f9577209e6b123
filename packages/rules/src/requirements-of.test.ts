import { expect, test } from 'vitest';
import { requirements, requirementsOf } from './index.ts';
import { extensions } from './generated/extensions.ts';

const docs = requirementsOf('chat@docs');
const dcaf = requirementsOf('chat@dcaf-2.1');
const row = (id: string) => dcaf.find((candidate) => candidate.id === id);

test('a revision that extends none has its rows as the registry has them', () => {
  expect(docs).toEqual(Object.values(requirements).filter(({ family }) => family === 'chat'));
  expect(requirementsOf('a2a@1.0')).toContain(requirements['A2A10-SEND-001']);
});

test('one that extends another has the same rows in the same order, under its own name', () => {
  expect(dcaf.map(({ id }) => id)).toEqual(docs.map(({ id }) => id));
  expect(new Set(dcaf.map(({ family, revision }) => `${family}@${revision}`))).toEqual(new Set(['chat@dcaf-2.1']));
});

test('what changes.yaml names is changed, with the reason; the rest is as it was', () => {
  expect(row('CHAT-SYNC-003')).toEqual({
    ...requirements['CHAT-SYNC-003'],
    revision: 'dcaf-2.1',
    level: 'observe',
    changed: 'X01: the answer of /api/chat has no `data`.',
  });
  expect(row('CHAT-SYNC-001')).toEqual({ ...requirements['CHAT-SYNC-001'], revision: 'dcaf-2.1' });
  const changed = dcaf.filter((candidate) => candidate.changed !== undefined).map(({ id }) => id);
  expect(changed.toSorted()).toEqual(Object.keys(extensions['chat@dcaf-2.1']?.changes ?? {}).toSorted());
});

test('no row of the product is stronger than that of the documents, but where its code decides between two pages', () => {
  const rank = ['observe', 'may', 'should', 'product', 'must'];
  const stronger = dcaf.filter(({ id, level }) => rank.indexOf(level) > rank.indexOf(requirements[id].level));
  expect(stronger.map(({ id }) => id)).toEqual(['CHAT-STREAM-011']);
});

test('a2a@1.0.0 has the rows of 1.0 as its patch has them', () => {
  const older = requirementsOf('a2a@1.0.0');
  const levelOf = (id: string) => older.find((candidate) => candidate.id === id)?.level;
  expect(levelOf('A2A10-RPC-009')).toBe('must');
  expect(requirements['A2A10-RPC-009'].level).toBe('should');
  expect(levelOf('A2A10-RPC-008')).toBe('observe');
  expect(levelOf('A2A10-CARD-006')).toBeUndefined();
  expect(older).toHaveLength(requirementsOf('a2a@1.0').length - 1);
});
