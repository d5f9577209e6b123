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

const toy = ($defs: Definitions) => ({ file: 'toy.schema.json', value: { title: 'Toy', $defs }, at: () => '' });
const models = ($defs: Definitions) => emitModels(toy($defs));
const validators = ($defs: Definitions) => emitValidators(toy($defs));

test('a union by tag is a union of its variants, and an alias of a message is a message', async () => {
  const $defs = {
    Say: event('say', { text }),
    End: event('end'),
    Event: { oneOf: [ref('Say'), ref('End')] },
    Frame: ref('Event'),
  };
  const types = await models($defs);
  expect(types).toContain('export type Event = Say | End;\n');
  expect(types).toContain('export type Frame = Event;\n');
  expect(types).toContain('export interface Say {\n  type: "say";\n  text: string;\n}');
  expect(types).toMatch(/MessageName =\n {2}\| 'Say'\n {2}\| 'End'\n {2}\| 'Event'\n {2}\| 'Frame';/);
  expect(await validators($defs)).toContain("MessageName = 'Say' | 'End' | 'Event' | 'Frame';");
});

test('a union by type, and members beyond those that are named', async () => {
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
  expect(await models($defs)).toContain(
    [
      '  owner?: Toy | null;',
      '  names?: string | string[];',
      '  size?: number | null;',
      '  sizes?: (number | null)[];',
      '  [k: string]: unknown;',
    ].join('\n'),
  );
});

test('an exactly-one union, with and without members beside it', async () => {
  const either = (own: string, other: string): SchemaObject => ({
    required: [own],
    properties: { [own]: {}, [other]: false },
  });
  const oneOf = [either('a', 'b'), either('b', 'a')];
  const types = await models({ Bare: { type: 'object', oneOf }, Toy: { properties: { text }, oneOf } });
  const union = (indent: string) =>
    `  | {\n      a: unknown;\n      b?: never;\n    }\n  | {\n      b: unknown;\n      a?: never;\n    }`.replaceAll(
      /^/gm,
      indent,
    );
  expect(types).toContain(`export type Bare =\n${union('')};`);
  expect(types).toMatch(/export type Toy = \{\n {2}text\?: string;\n\} & \(\n/);
  expect(types).toContain('a: unknown;');
});

test('a definition keeps its name however often it is used, and what is said of a member stays', async () => {
  const $defs: Definitions = {
    Toy: { properties: { a: ref('Part'), b: { ...ref('Part'), description: 'The second.' }, c: { deprecated: true } } },
    Part: {
      description: 'A part.',
      properties: { text: { ...text, minLength: 1 } },
      additionalProperties: { ...text },
    },
    Alone: { type: 'string', enum: ['x', 'y'] },
  };
  const types = await models($defs);
  expect(types).not.toMatch(/\b(Toy|Part|Alone)\d/);
  expect(types).toContain('  a?: Part;\n  /** The second. */\n  b?: Part;\n  /** @deprecated */\n');
  expect(types).toContain('/** A part. */\nexport interface Part {');
  expect(types).toContain('export const ALONES = ["x","y"] as const satisfies Alone[];');
});

test('a name that no type can have is refused', async () => {
  await expect(models({ 'a-part': { properties: { text } } })).rejects.toThrow(
    'toy.schema.json: json-schema-to-typescript makes no type a-part; give the definition another name.',
  );
});

test('a union by tag may have a variant without it, and one for all other tags', async () => {
  const $defs: Definitions = {
    Say: { ...event('say', { text }), required: ['text'] },
    End: event('end'),
    Other: { type: 'object', required: ['type'], properties: { type: ref('Slug') }, additionalProperties: true },
    Slug: { type: 'string', pattern: ':', 'x-type': '`${string}:${string}`' },
    Event: { oneOf: [ref('Say'), ref('End'), ref('Other')] },
  };
  const types = await models($defs);
  expect(types).toContain('export type Slug = `${string}:${string}`;\n');
  expect(types).toContain('export type Event = Say | End | Other;\n');
  const { is } = await compiled($defs, 'Event');
  const good = [{ type: 'say', text: '' }, { text: '' }, { type: 'end' }, { type: 'acme:x', text: 5 }];
  const bad = [{}, { type: 'say' }, { type: 'sing' }, { type: 5 }, { type: null, text: '' }, 'end', null];
  expect(good.map(is)).toEqual(good.map(() => true));
  expect(bad.map(is)).toEqual(bad.map(() => false));
});

test('a definition may have the members of others', async () => {
  const $defs: Definitions = {
    At: { type: 'object', required: ['at'], properties: { at: { type: 'integer' } } },
    Say: { allOf: [ref('At')], ...event('say', { text }) },
  };
  expect(await models($defs)).toMatch(/export type Say = At & \{\n {2}type: "say";\n {2}text: string;\n\}/);
  const { is } = await compiled($defs, 'Say');
  expect([{ type: 'say', text: '', at: 1 }, { type: 'say', text: '' }, { at: 1 }].map(is)).toEqual([
    true,
    false,
    false,
  ]);
});

/** The validator of one definition, run. */
async function compiled($defs: Definitions, name: string): Promise<{ is: (value: unknown) => boolean }> {
  const [, table] = /= (\/\* @__PURE__ \*\/[^]*)$/.exec(await validators($defs))!;
  const all = new Function(`return ${table}`)() as Record<string, (value: unknown) => boolean>;
  return { is: (value) => all[name]!(value) };
}

describe('a union that cannot be told apart is refused', () => {
  const faults: [string, Definitions, string][] = [
    [
      'no tag',
      { A: event('a'), B: { type: 'object', properties: { kind: text } }, U: { oneOf: [ref('A'), ref('B')] } },
      'U: its variants have no member in common that has a `const`.',
    ],
    [
      'a tag that two variants do not require',
      {
        A: { ...event('a'), required: [] },
        B: { ...event('b'), required: [] },
        U: { oneOf: [ref('A'), ref('B')] },
      },
      'U: two variants do not require type.',
    ],
    [
      'a pattern before the last',
      {
        A: { ...event('a'), properties: { type: { type: 'string', pattern: ':' } } },
        B: event('b'),
        U: { oneOf: [ref('A'), ref('B')] },
      },
      'U: its variants have no member in common that has a `const`.',
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
