import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clear } from './python.ts';

async function folder(...files: string[]): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'agentproto-python-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  await mkdir(join(parent, 'dcaf'));
  for (const file of files) await writeFile(join(parent, 'dcaf', file), '');
  return join(parent, 'dcaf');
}

test('an environment, whole or not, is taken away, and so is what is empty', async () => {
  for (const files of [['pyvenv.cfg', 'agentproto-stamp'], ['pyvenv.cfg'], []]) {
    const environment = await folder(...files);
    await clear(environment);
    await expect(readdir(environment)).rejects.toThrow('ENOENT');
    await clear(environment);
  }
});

test('a folder of somebody else stays as it is', async () => {
  const checkout = await folder('VERSION', 'README.md');
  await expect(clear(checkout)).rejects.toThrow(
    `${checkout}: expected a Python environment or nothing, found README.md`,
  );
  expect(await readdir(checkout)).toEqual(['README.md', 'VERSION']);
});
