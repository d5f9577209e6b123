import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { folder, reference, run } from '../cli.test.data.ts';
import { defineConfig, type Config } from '../config.ts';
import type { Report } from '../report/model.ts';
import { camel, CONFIG_FLAGS, overlaid, readConfig, TARGET_FLAGS } from './config.ts';

const schema = JSON.parse(readFileSync(new URL('../config.schema.json', import.meta.url), 'utf8')) as {
  properties: { [name: string]: unknown } & { targets: { items: { properties: object } } };
};
const validate = new Ajv2020().compile(schema);

async function write(name: string, text: string): Promise<string> {
  const file = join(await folder(), name);
  await writeFile(file, text);
  return file;
}

test('the schema has every flag, and no other', () => {
  const names = (flags: readonly { name: string }[]) => flags.map(({ name }) => camel(name)).toSorted();
  expect(Object.keys(schema.properties).toSorted()).toEqual([...names(CONFIG_FLAGS), '$schema', 'targets'].toSorted());
  expect(Object.keys(schema.properties.targets.items.properties).toSorted()).toEqual(names(TARGET_FLAGS));
});

test('every kind of file, with the environment', async () => {
  const config: Config = defineConfig({
    bearer: '${TOKEN}',
    failOn: 'should',
    allowIncomplete: false,
    quiet: true,
    report: ['junit', 'json=x.json'],
    seed: 7,
    targets: [{ target: 'http://127.0.0.1:1' }, { target: 'http://127.0.0.1:2', profile: 'tck', seed: 8 }],
  });
  expect(validate(config)).toBe(true);
  const files = [
    await write('agentproto.config.json', JSON.stringify(config)),
    await write('agentproto.config.yaml', JSON.stringify(config)),
    await write('agentproto.config.ts', `const config: object = ${JSON.stringify(config)};\nexport default config;\n`),
  ];
  for (const file of files)
    expect(await readConfig(file, { TOKEN: 'secret' })).toEqual({
      file,
      shared: ['--bearer=secret', '--fail-on=should', '--quiet', '--report=junit', '--report=json=x.json', '--seed=7'],
      targets: [['--target=http://127.0.0.1:1'], ['--target=http://127.0.0.1:2', '--profile=tck', '--seed=8']],
    });
});

test('what comes later wins, lists as a whole', () => {
  expect(overlaid(['--report=a', '--report=b', '--seed=1', '--quiet'], ['--report', 'c', '--seed=2'])).toEqual([
    '--quiet',
    '--report',
    'c',
    '--seed=2',
  ]);
});

describe('what is wrong is named', () => {
  test.each<[string, string]>([
    ['{ "traget": "x" }', 'traget: unknown setting; did you mean target?; expected target, protocol, '],
    ['{ "quiet": "yes" }', 'quiet: expected true or false, got "yes"'],
    ['{ "timeout": {} }', 'timeout: expected a duration such as 10s, got {}'],
    ['{ "seed": [1] }', 'seed: expected a number, got a list'],
    ['{ "bearer": "${NOT_THERE}" }', 'bearer: expected the variable NOT_THERE in the environment'],
    ['{ "targets": [] }', 'targets: expected a list with at least one target, got a list'],
    ['{ "targets": [{}] }', 'targets[0].target: expected a URL, got nothing'],
    ['{ "targets": [{ "target": "x", "failOn": "any" }] }', 'targets[0].failOn: unknown setting'],
    ['{ "target": "x", "targets": [{ "target": "x" }] }', 'target and targets: expected one of them'],
    ['[]', 'expected an object of settings, got a list'],
    ['{', 'expected JSON: '],
  ])('%s', async (text, message) => {
    const file = await write('agentproto.config.json', text);
    await expect(readConfig(file, {})).rejects.toThrow(`${file}: ${message}`);
  });
});

test('several targets are one run with one report', async () => {
  const [whole, broken] = [await reference(), await reference('--quirk', 'a2a.card.no-etag')];
  const path = await folder();
  const config = {
    only: 'A2A10-CARD-*',
    failOn: 'should',
    report: [`json=${join(path, 'report.json')}`, `run=${join(path, 'run.ndjson')}`],
    targets: [{ target: whole }, { target: broken }],
  };
  const file = await write('agentproto.config.json', JSON.stringify(config));
  expect(await run(['--config', file])).toMatchObject({
    code: 1,
    out: expect.stringContaining('A2A10-CARD-008') as string,
  });
  const report = JSON.parse(await readFile(join(path, 'report.json'), 'utf8')) as Report;
  expect(report.runs.map(({ url }) => url)).toEqual([whole, broken]);
  expect(report.scenarios.flatMap(({ failures, run: index }) => failures.map(() => index))).toEqual([1]);
  expect(await run(['verify', join(path, 'run.2.ndjson')])).toMatchObject({ code: 0 });
  // A target on the command line is one.
  expect(await run(['--config', file, '--target', whole])).toMatchObject({ code: 0 });
});
