import { describe, expect, test } from 'vitest';
import { emitModels } from './models.ts';
import type { Definitions, SchemaObject } from './schema.ts';
import { emitValidators } from './validators.ts';

const event = (type: string, more: SchemaObject['properties'] = {}): SchemaObject => ({
  type: 'object',
  required: ['type', ...Object.keys(more)],
  properties: { type: { const: type }, ...more },
});
const text: SchemaObject = { type: 'string' };
const ref = (name: string): SchemaObject => ({ $ref: `#/$defs/${name}` });

const models = ($defs: Definitions) => emitModels({ title: 'Toy', $defs });
const validators = ($defs: Definitions) =>
  emitValidators({ file: 'toy.schema.json', value: { title: 'Toy', $defs }, at: () => 'toy.schema.json:1' });

test('a union by tag is a union of its variants, and an alias of a message is a message', async () => {
  const $defs = {
    Say: event('say', { text }),
    End: event('end'),
    Event: { oneOf: [ref('Say'), ref('End')] },
    Frame: ref('Event'),
  };
  expect(models($defs)).toContain('export type Event = Say | End;\n');
  expect(models($defs)).toContain('export interface Say {\n  type: "say";\n  text: string;\n}');
  expect(models($defs)).toMatch(
    /interface Models \{\n {2}Say: Say;\n {2}End: End;\n {2}Event: Event;\n {2}Frame: Frame;\n\}/,
  );
  expect(await validators($defs)).toContain('readonly [Name in MessageName]');
});

test('a union by type, and members beyond those that are named', () => {
  const $defs: Definitions = {
    Toy: {
      type: 'object',
      properties: {
        owner: { anyOf: [ref('Toy'), { type: 'null' }] },
        names: { anyOf: [text, { type: 'array', items: text }] },
        size: { type: ['integer', 'null'] },
        sizes: { type: 'array', items: { type: ['integer', 'null'] } },
      },
      additionalProperties: true,
    },
  };
  expect(models($defs)).toContain(
    [
      '  owner?: Toy | null;',
      '  names?: string | string[];',
      '  size?: number | null;',
      '  sizes?: (number | null)[];',
      '  [key: string]: unknown;',
    ].join('\n'),
  );
});

describe('a union that cannot be told apart is refused', () => {
  const faults: [string, Definitions, string][] = [
    [
      'no tag',
      { A: event('a'), B: { type: 'object', properties: { kind: text } }, U: { oneOf: [ref('A'), ref('B')] } },
      'U: its variants have no member in common that is required and has a `const`.',
    ],
    [
      'a tag that is not required',
      { A: event('a'), B: { ...event('b'), required: [] }, U: { oneOf: [ref('A'), ref('B')] } },
      'U: its variants have no member in common that is required and has a `const`.',
    ],
    [
      'one tag twice',
      { A: event('a'), B: event('a'), U: { oneOf: [ref('A'), ref('B')] } },
      'U: two variants have the type a.',
    ],
    [
      'members beside the variants',
      { A: event('a'), U: { properties: { text }, oneOf: [ref('A')] } },
      'U: members belong into the variants of the union.',
    ],
    [
      'one JSON type twice',
      { A: event('a'), U: { anyOf: [ref('A'), { type: 'object' }] } },
      'U: two variants of anyOf take object.',
    ],
    ['no JSON type', { U: { anyOf: [text, {}] } }, 'U: a variant of anyOf must say its type.'],
  ];
  test.each(faults)('%s', async (_, $defs, message) => {
    await expect(validators($defs)).rejects.toThrow(expect.objectContaining({ name: 'SpecError', message }));
  });
});
