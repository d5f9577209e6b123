import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadOwn } from './load.ts';

const requirement = `'ACME-A-001': { level: 'must', statement: 'It is so.' }`;
const scenario = `{ id: 'acme/a', title: 'A', proves: ['ACME-A-001'], play: async () => {} }`;
const file = (requirements: string, scenarios: string, protocol = 'a2a') =>
  `export default { protocol: '${protocol}', requirements: { ${requirements} }, scenarios: [${scenarios}] };`;

/** Loads these files from a folder of their own. */
async function load(...contents: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'own-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await Promise.all(contents.map((content, index) => writeFile(join(folder, `${index}.mjs`), content)));
  return loadOwn(['*.mjs'], folder);
}

test('what is right comes as it is', async () => {
  const [first, ...more] = await load(file(requirement, scenario));
  expect(more).toEqual([]);
  expect(first).toMatchObject({ file: '0.mjs', own: { protocol: 'a2a', scenarios: [{ id: 'acme/a' }] } });
});

test.each([
  ['no default export', 'export const a = 1;', 'expected `export default defineScenarios('],
  ['no JavaScript', 'export default {', 'cannot be imported'],
  ['a protocol that there is not', file(requirement, scenario, 'gopher'), 'protocol: expected one of a2a@1.0'],
  ['an odd id', file(`'acme': {}`, scenario), 'expected an id such as ACME-GREET-001; got acme'],
  ['an id of ours', file(`'A2A10-CARD-001': {}`, scenario), 'A2A10-CARD-001 is a row of the suite'],
  ['no sentence', file(`'ACME-A-001': { level: 'must' }`, scenario), 'ACME-A-001 has no statement'],
  [
    'an odd level',
    file(requirement.replace('must', 'shall'), scenario),
    'level: expected must, should, may, observe; got "shall"',
  ],
  ['an odd binding', file(requirement.replace('}', `, binding: ['smoke'] }`), scenario), 'binding: expected JSONRPC'],
  [
    'a scenario without a play',
    file(requirement, scenario.replace('play', 'plays')),
    'expected a title and a function play',
  ],
  ['an odd name', file(requirement, scenario.replace('acme/a', 'A')), 'expected an id such as acme/greeting; got "A"'],
  [
    'a name of ours',
    file(requirement, scenario.replace('acme/a', 'a2a/send/task')),
    'there is a a2a/send/task already',
  ],
  ['what proves nothing', file(requirement, scenario.replace(`'ACME-A-001'`, '')), 'proves: expected ids'],
  ['what is no rule', file(requirement, scenario.replace('A-001', 'B-001')), 'proves ACME-B-001, which is not in'],
  [
    'a rule that nothing proves',
    file(`${requirement}, ${requirement.replace('001', '002')}`, scenario),
    'no scenario proves ACME-A-002',
  ],
])('%s', async (_what, content, message) => {
  await expect(load(content)).rejects.toThrow(message);
});

test('the same twice', async () => {
  await expect(load(file(requirement, scenario), file(requirement, scenario))).rejects.toThrow(
    '1.mjs: requirements: ACME-A-001 is in 0.mjs too',
  );
});

test('no such file', async () => {
  await expect(loadOwn(['nowhere/*.ts'])).rejects.toThrow('--scenarios nowhere/*.ts: there is no such file');
});
