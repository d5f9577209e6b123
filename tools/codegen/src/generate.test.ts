import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generate } from './generate.ts';
import { list, writeFiles } from './output.ts';

const specs = resolve(import.meta.dirname, '../../../specs');
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'agentproto-codegen-')), 'specs');
  // The rest is large, and nothing here edits it.
  cpSync(specs, folder, { recursive: true, filter: (path) => !path.includes(join('specs', 'responses')) });
});
afterEach(() => rmSync(dirname(folder), { recursive: true }));

const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const edit = (path: string, change: (text: string) => string) => {
  const before = readFileSync(join(folder, path), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(folder, path), after);
};
const row = (more = 'pending: later') =>
  `- { id: TOY-ONE-001, level: must, basis: ours, section: '1', binding: [HTTP], statement: A toy does what it says., since: 0.1.0, ${more} }\n`;
const toy = "family: toy\nrevision: '1'\ntitle: Toy\nprefix: TOY\ndefault: true\n";

test('the same specs give the same files, in another process too', async () => {
  const { protocol, rules } = await generate(specs);
  // What `generate` made of them before the tests.
  for (const [name, made] of Object.entries({ protocol, rules })) {
    const written = join(specs, '../packages', name, 'src/generated');
    expect([...made.keys()].toSorted(), name).toEqual(list(written));
    const differing = [...made].filter(([path, text]) => readFileSync(join(written, path), 'utf8') !== text);
    expect(differing.map(([path]) => path)).toEqual([]);
  }
  const revisions = ['a2a/1.0', 'chat/docs', 'chat/dcaf-2.1', 'responses/2026-04-24', 'responses/openai'];
  const perRevision = ['models', 'methods', 'paths'].flatMap((name) => revisions.map((path) => `${path}/${name}.ts`));
  expect([...protocol.keys()]).toEqual(expect.arrayContaining([...perRevision, 'a2a/1.0/errors.ts']));
  expect([...rules.keys()]).toEqual(
    expect.arrayContaining([
      'requirements.ts',
      'requirement-ids.ts',
      'families.ts',
      ...revisions.map((path) => `${path}/validators.ts`),
    ]),
  );
});

test('another family is found by being there', async () => {
  write('toy/1/revision.yaml', toy);
  write('toy/1/requirements.yaml', row());
  write(
    'toy/1/toy.schema.json',
    '{ "title": "Toy", "$defs": { "Toy": { "type": "object", "required": ["a"], "properties": { "a": { "type": "string" } } } } }',
  );
  const { protocol, rules } = await generate(folder);
  expect(rules.get('requirements.ts')).toContain('"family":"toy","revision":"1"');
  expect(rules.get('families.ts')).toContain("| 'toy@1'");
  expect(protocol.get('toy/1/models.ts')).toContain('export interface Toy {\n  a: string;\n}');
  const ofToy = [protocol, rules].map((files) => [...files.keys()].filter((path) => path.startsWith('toy/')));
  expect(ofToy).toEqual([['toy/1/models.ts'], ['toy/1/validators.ts']]);
});

describe('a mistake is one sentence with its place', () => {
  const rows: [string, string, string][] = [
    [
      'unknown level',
      row().replace('must', 'shall'),
      'specs/toy/1/requirements.yaml:1: TOY-ONE-001 level must be one of must, product, should, may, observe, got "shall"',
    ],
    [
      'id shape',
      row().replace('TOY-ONE-001', 'TOY-1'),
      'specs/toy/1/requirements.yaml:1: TOY-1 id must have the form PREFIX-AREA-001',
    ],
    [
      "another revision's id",
      row().replace('TOY', 'YOT'),
      'specs/toy/1/requirements.yaml:1: expected an id like TOY-AREA-001, got YOT-ONE-001.',
    ],
    [
      'same as nothing',
      row('same: [A2A10-SEND-999], pending: later'),
      'specs/toy/1/requirements.yaml:1: TOY-ONE-001 is the same as A2A10-SEND-999, which is not there.',
    ],
    [
      'same as itself',
      row('same: [TOY-ONE-001], pending: later'),
      'specs/toy/1/requirements.yaml:1: TOY-ONE-001 is the same as TOY-ONE-001, which is a row of this very revision.',
    ],
    [
      'same as another is',
      `${row('same: [A2A10-SEND-001], pending: later')}${row('same: [A2A10-SEND-001], pending: later').replace('ONE-001', 'ONE-002')}`,
      'specs/toy/1/requirements.yaml:2: both TOY-ONE-001 and TOY-ONE-002 are the same as A2A10-SEND-001.',
    ],
    ['id twice', `${row()}\n${row()}`, 'specs/toy/1/requirements.yaml:3: TOY-ONE-001 is there twice.'],
    [
      'neither check, untestable nor pending',
      row('stimulus: [done]'),
      'specs/toy/1/requirements.yaml:1: TOY-ONE-001 must have exactly one of check, untestable and pending',
    ],
    [
      'two of them',
      row('check: scenario, pending: later'),
      'specs/toy/1/requirements.yaml:1: TOY-ONE-001 must have exactly one of check, untestable and pending',
    ],
    [
      'unknown kind of check',
      row('check: yes'),
      'specs/toy/1/requirements.yaml:1: TOY-ONE-001 check must be one of scenario, invariant, got "yes"',
    ],
    [
      'unknown member',
      row('pending: later, levle: must'),
      'specs/toy/1/requirements.yaml:1: TOY-ONE-001 has a member levle that is not known here',
    ],
    [
      'missing member',
      row().replace('level: must, ', ''),
      "specs/toy/1/requirements.yaml:1: TOY-ONE-001 must have required property 'level'",
    ],
    ['no list', 'a: b\n', 'specs/toy/1/requirements.yaml:1: must be array'],
  ];
  test.each(rows)('%s', async (_, text, message) => {
    write('toy/1/revision.yaml', toy);
    write('toy/1/requirements.yaml', text);
    await expect(generate(folder)).rejects.toThrow(expect.objectContaining({ name: 'SpecError', message }));
  });

  const edits: [string, string, (text: string) => string, RegExp][] = [
    ['no YAML', 'a2a/1.0/methods.yaml', (text) => `${text}\n  : [`, /^specs\/a2a\/1\.0\/methods\.yaml: .* at line \d+/],
    [
      'folder and identity differ',
      'a2a/1.0/revision.yaml',
      (text) => text.replace("'1.0'", "'1.1'"),
      /says a2a\/1\.1, which is not the name of its folder/,
    ],
    [
      'no default',
      'a2a/1.0/revision.yaml',
      (text) => text.replace('default: true', ''),
      /one revision\.yaml says `default: true`, got none/,
    ],
    [
      'unknown message',
      'a2a/1.0/methods.yaml',
      (text) => text.replace('request: GetTaskRequest', 'request: GetTask'),
      /methods\.yaml:\d+: GetTask names the request GetTask, which the schema does not define/,
    ],
    [
      'patch without table',
      'a2a/1.0/errors.yaml',
      (text) => text.replace('  1.0.0:', '  1.0.2:'),
      /has no table for patch 1\.0\.0/,
    ],
    [
      'code twice',
      'a2a/1.0/errors.yaml',
      (text) => text.replace('-32002', '-32001'),
      /errors\.yaml:\d+: name TaskNotFoundError or code -32001 is there twice/,
    ],
    [
      'union that forbids nothing',
      'a2a/1.0/a2a.schema.json',
      (text) => text.replace('"raw": false, ', ''),
      /Part: variant text must forbid raw/,
    ],
    [
      'reference to nothing',
      'a2a/1.0/a2a.schema.json',
      (text) => text.replace('#/$defs/TaskStatus"', '#/$defs/Tusk"'),
      /^specs\/a2a\/1\.0\/a2a\.schema\.json: .*Tusk/,
    ],
    [
      'keyword that is not supported',
      'a2a/1.0/a2a.schema.json',
      (text) => text.replace('"minLength": 1', '"minLenght": 1'),
      /^specs\/a2a\/1\.0\/a2a\.schema\.json: .*minLenght/,
    ],
  ];
  test.each(edits)('%s', async (_, path, change, message) => {
    edit(path, change);
    await expect(generate(folder)).rejects.toThrow(message);
  });
});

test('only what changed is written, and what is stale goes', () => {
  const out = join(folder, 'out');
  expect(
    writeFiles(
      out,
      new Map([
        ['a.ts', '1'],
        ['b/c.ts', '2'],
        ['d.ts', '3'],
      ]),
    ),
  ).toEqual(['a.ts', 'b/c.ts', 'd.ts']);
  const before = statSync(join(out, 'a.ts')).mtimeMs;
  expect(
    writeFiles(
      out,
      new Map([
        ['a.ts', '1'],
        ['b/c.ts', '4'],
      ]),
    ),
  ).toEqual(['b/c.ts', 'd.ts']);
  expect(statSync(join(out, 'a.ts')).mtimeMs).toBe(before);
  expect(list(out)).toEqual(['a.ts', 'b/c.ts']);
  expect(readFileSync(join(out, 'b/c.ts'), 'utf8')).toBe('4');
});
