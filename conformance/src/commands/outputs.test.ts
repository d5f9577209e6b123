import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseOutputs, prepareFile, RUN_OUTPUT } from './outputs.ts';

test('formats and files', () => {
  expect(parseOutputs(['junit', 'github', 'sarif=-'])).toEqual([
    { format: 'junit', file: 'agentproto-junit.xml' },
    { format: 'github', file: '-' },
    { format: 'sarif', file: '-' },
  ]);
  expect(parseOutputs(['json=a=b.json', 'run=C:\\run'], [RUN_OUTPUT])).toEqual([
    { format: 'json', file: 'a=b.json' },
    { format: 'run', file: 'C:\\run' },
  ]);
});

test.each([
  [
    'jsno=x',
    '--report jsno=x: unknown format jsno; did you mean json?; expected FORMAT or FORMAT=FILE with one of json, junit, sarif, markdown, github, badge, html, har, run',
  ],
  [
    'report.json',
    'unknown format report.json; expected FORMAT or FORMAT=FILE with one of json, junit, sarif, markdown, github, badge, html, har, run',
  ],
  ['json=', '--report json=: expected a file, such as json=agentproto-report.json'],
  ['=x', 'unknown format ""'],
])('%s', (value, message) => {
  expect(() => parseOutputs([value], [RUN_OUTPUT])).toThrow(message);
});

test('a file that is named twice', () => {
  expect(() => parseOutputs(['json=x', 'run=x'], [RUN_OUTPUT])).toThrow('x is named twice');
  expect(() => parseOutputs(['run=x', 'run=y'], [RUN_OUTPUT])).toThrow('--report run: given twice; expected one file');
  expect(parseOutputs(['json=x', 'json=y'])).toHaveLength(2);
  expect(() => parseOutputs(['json=-', 'sarif=-'])).toThrow('two reports on standard output');
  expect(() => parseOutputs(['run=-'], [RUN_OUTPUT])).toThrow('--report run=-: the log of a run is read again');
});

test('files are prepared before the run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-out-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await prepareFile('--report', join(folder, 'deep/er/report.json'));
  expect(await readdir(join(folder, 'deep'))).toEqual(['er']);
  await expect(prepareFile('--report', folder)).rejects.toThrow('expected a file that can be written: it is a folder');
  await writeFile(join(folder, 'file'), '');
  await expect(prepareFile('--report', join(folder, 'file/report.json'))).rejects.toThrow(
    /expected a file that can be written: E(NOTDIR|EXIST)/,
  );
});
