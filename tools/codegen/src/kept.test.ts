import { expect, test } from 'vitest';
import { inherit } from './inherit.ts';
import { keepsAll, keptOf } from './kept.ts';
import { emitModels } from './models.ts';
import type { Revision } from './revision.ts';
import type { Definitions } from './schema.ts';

const text = { type: 'string' } as const;
const toy = (revision: string, $defs: Definitions, more: object = {}) =>
  ({
    folder: `toy/${revision}`,
    identity: { family: 'toy', revision },
    schema: { file: 'toy.schema.json', value: { title: 'Toy', $defs }, at: () => '' },
    ...more,
  }) as unknown as Revision;
const changes = (...names: string[]) => ({
  changes: { file: 'changes.yaml', value: { definitions: names.map((name) => ({ name, reason: 'x' })) }, at: () => '' },
});
const old = toy('1', {
  Size: { type: 'string', enum: ['small', 'big'] },
  Box: { type: 'object', properties: { size: { $ref: '#/$defs/Size' } } },
  Toy: { type: 'object', properties: { box: { type: 'array', items: { $ref: '#/$defs/Box' } } } },
  Name: { type: 'object', description: 'A name.', properties: { text } },
});

test('what a revision changes, and what leads to it, is its own; the rest is that of its base', async () => {
  const now = inherit(toy('2', { Box: { type: 'object', properties: { name: text } } }, changes('Box')), old);
  const kept = keptOf(now)!;
  expect([...kept.names]).toEqual(['Size', 'Name']);
  expect(kept.folder).toBe('../../toy/1');
  const made = await emitModels(now.schema!, kept);
  expect(made).toContain("import type { Size, Name } from '../../toy/1/models.ts';\n\nexport type { Size, Name };");
  expect(made.match(/^export (interface|type) (Size|Name|Box|Toy)\b/gm)).toEqual([
    'export interface Box',
    'export interface Toy',
  ]);
  expect(made).not.toContain('A name.');
  expect(made).toMatch(/export interface Definitions \{\s+Size: Size;/);
  expect(await emitModels(old.schema!)).toContain('/** A name. */\nexport interface Name {');
});

test('a base that changes no shape itself has the modules of its own base', () => {
  const between = inherit(toy('1.1', {}, { schema: undefined }), old);
  const now = inherit(toy('2', { Name: text }, changes('Name')), between);
  expect(keptOf(now)).toMatchObject({ folder: '../../toy/1' });
  expect(keptOf(old)).toBeUndefined();
});

test('paths are the same where all that they speak of is', () => {
  const kept = { folder: '../../toy/1', names: new Set(['Size']) };
  expect(keepsAll(kept, 'a: models.Size; b: models.Size')).toBe(true);
  expect(keepsAll(kept, 'a: models.Size; b: models.Box')).toBe(false);
});
