import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generate } from './generate.ts';

const specs = resolve(import.meta.dirname, '../../../specs');
let folder: string;

const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const identity = (revision: string, more: string) =>
  `family: toy\nrevision: '${revision}'\ntitle: Toy\nprefix: TOY\n${more}\n`;
const row = (number: number) =>
  `- { id: TOY-ONE-00${number}, level: must, basis: ours, section: '1', binding: [HTTP], statement: A toy does what it says., since: 0.1.0, pending: later }\n`;
const schema = ($defs: Record<string, string[]>) =>
  JSON.stringify({
    title: 'Toy',
    $defs: Object.fromEntries(
      Object.entries($defs).map(([name, members]) => [
        name,
        { type: 'object', properties: Object.fromEntries(members.map((member) => [member, { type: 'string' }])) },
      ]),
    ),
  });

/** toy/1 has definitions, rows and a method; toy/2 extends it. */
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'agentproto-codegen-')), 'specs');
  mkdirSync(folder);
  for (const format of ['changes', 'errors', 'methods', 'requirements', 'revision'])
    cpSync(join(specs, `${format}.schema.json`), join(folder, `${format}.schema.json`));
  write('toy/1/revision.yaml', identity('1', 'default: true'));
  write('toy/1/requirements.yaml', row(1) + row(2) + row(3));
  write('toy/1/toy.schema.json', schema({ Ball: ['colour'], Doll: ['name'], Kite: ['tail'] }));
  write(
    'toy/1/methods.yaml',
    "- { name: play, http: { verbs: [POST], path: /play }, request: Ball, response: null, stream: false, section: '1' }\n",
  );
  write('toy/2/revision.yaml', identity('2', 'extends: ../1'));
});
afterEach(() => rmSync(dirname(folder), { recursive: true }));

test('a revision that changes no shape has those of its base, and is not made again', async () => {
  write('toy/2/changes.yaml', 'requirements:\n  - { id: TOY-ONE-001, level: observe, reason: Toys differ in this. }');
  const { protocol, rules } = await generate(folder);
  expect([...protocol.keys(), ...rules.keys()].filter((path) => path.startsWith('toy/2'))).toEqual([]);
  expect(rules.get('families.ts')).toContain("| 'toy@2'");
  expect(rules.get('extensions.ts')).toContain('Toys differ in this.');
});

test('what is not named is inherited; what is named is changed, dropped or new', async () => {
  write('toy/2/toy.schema.json', schema({ Doll: ['name', 'voice'], Robot: ['battery'] }));
  write('toy/2/requirements.yaml', row(4));
  write(
    'toy/2/changes.yaml',
    [
      'definitions:',
      '  - { name: Doll, reason: Dolls speak now. }',
      '  - { name: Kite, dropped: true, reason: There is no wind any more. }',
      'requirements:',
      '  - { id: TOY-ONE-001, level: observe, reason: Toys differ in this. }',
      '  - { id: TOY-ONE-002, dropped: true, reason: Toys no longer do this. }',
    ].join('\n'),
  );
  const { protocol, rules } = await generate(folder);
  expect(protocol.get('toy/2/models.ts')).toMatch(/MessageName =\n {2}\| 'Ball'\n {2}\| 'Doll'\n {2}\| 'Robot';/);
  expect(protocol.get('toy/2/models.ts')).toContain('export interface Doll {\n  name?: string;\n  voice?: string;\n}');
  expect(protocol.get('toy/1/models.ts')).toContain('export interface Doll {\n  name?: string;\n}');
  expect(protocol.get('toy/2/methods.ts')).toBe(protocol.get('toy/1/methods.ts'));
  expect(rules.get('requirements.ts')?.match(/"id":"TOY-ONE-\d+","family":"toy","revision":"\d"/g)).toEqual([
    ...[1, 2, 3].map((number) => `"id":"TOY-ONE-00${number}","family":"toy","revision":"1"`),
    '"id":"TOY-ONE-004","family":"toy","revision":"2"',
  ]);
  const table = /Extension \} = (\{[^]*\});/.exec(rules.get('extensions.ts')!)?.[1]?.replace(',\n}', '\n}');
  expect(JSON.parse(table!)).toEqual({
    'toy@2': {
      extends: 'toy@1',
      changes: {
        'TOY-ONE-001': { level: 'observe', reason: 'Toys differ in this.' },
        'TOY-ONE-002': { dropped: true, reason: 'Toys no longer do this.' },
      },
    },
  });
});

test('a revision may extend one that extends', async () => {
  write('toy/2/changes.yaml', 'definitions: [{ name: Kite, dropped: true, reason: There is no wind any more. }]');
  write('toy/0/revision.yaml', identity('0', 'extends: ../2'));
  write('toy/0/toy.schema.json', schema({ Robot: ['battery'] }));
  expect((await generate(folder)).protocol.get('toy/0/models.ts')).toContain(
    '{\n  Ball: Ball;\n  Doll: Doll;\n  Robot: Robot;\n}',
  );
});

describe('a mistake is one sentence with its place', () => {
  const change = (rows: string) => ({ 'toy/2/changes.yaml': rows });
  const faults: [string, Record<string, string>, string | RegExp][] = [
    [
      'a row that is not there',
      change('requirements:\n  - { id: TOY-ONE-009, level: may, reason: Toys differ in this. }'),
      'specs/toy/2/changes.yaml:2: TOY-ONE-009 is not among what ../1 has.',
    ],
    [
      'a row twice',
      change(`requirements:\n${'  - { id: TOY-ONE-001, level: may, reason: Toys differ in this. }\n'.repeat(2)}`),
      'specs/toy/2/changes.yaml:3: TOY-ONE-001 is there twice.',
    ],
    [
      'a row that changes nothing',
      change('requirements:\n  - { id: TOY-ONE-001, reason: Toys differ in this. }'),
      /^specs\/toy\/2\/changes\.yaml:2: .*must NOT have fewer than 3 properties$/,
    ],
    [
      'no reason',
      change('definitions:\n  - { name: Doll, dropped: true }'),
      "specs/toy/2/changes.yaml:2: definitions.0 must have required property 'reason'",
    ],
    [
      'a row under an id that is taken',
      { 'toy/2/requirements.yaml': row(1) },
      'specs/toy/2/requirements.yaml:1: TOY-ONE-001 is there twice.',
    ],
    [
      'a definition that is not there',
      change('definitions:\n  - { name: Robot, dropped: true, reason: Nobody likes them. }'),
      'specs/toy/2/changes.yaml:2: Robot is not among what ../1 has.',
    ],
    [
      'a new definition without a reason',
      { 'toy/2/toy.schema.json': schema({ Doll: [] }) },
      'specs/toy/2/toy.schema.json: defines Doll anew; changes.yaml must say why.',
    ],
    [
      'a reason without a new definition',
      change('definitions:\n  - { name: Doll, reason: Dolls speak now. }'),
      /^specs\/toy\/2\/changes\.yaml: says that Doll changes, but .*toy\/2 does not define it\.$/,
    ],
    [
      'a dropped definition that is there',
      {
        ...change('definitions:\n  - { name: Doll, dropped: true, reason: Nobody likes them. }'),
        'toy/2/toy.schema.json': schema({ Doll: [] }),
      },
      'specs/toy/2/toy.schema.json: defines Doll, which changes.yaml drops.',
    ],
    [
      'changes of nothing',
      { 'toy/1/changes.yaml': 'requirements: []' },
      'specs/toy/1/changes.yaml: there is nothing to change; revision.yaml says no `extends`.',
    ],
    ['a circle', { 'toy/1/revision.yaml': identity('1', 'default: true\nextends: ../2') }, /toy\/1: extends itself\.$/],
    [
      'nothing there to extend',
      { 'toy/2/revision.yaml': identity('2', 'extends: ../3') },
      /toy\/3: there is no revision\.yaml/,
    ],
    [
      'another family',
      { 'toy/2/revision.yaml': identity('2', 'extends: ../../a2a/1.0') },
      'specs/toy/2/revision.yaml:5: extends must have the form ../REVISION',
    ],
  ];
  test.each(faults)('%s', async (_, files, message) => {
    for (const [path, text] of Object.entries(files)) write(path, text);
    await expect(generate(folder)).rejects.toThrow(
      expect.objectContaining({
        name: 'SpecError',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      }),
    );
  });
});
