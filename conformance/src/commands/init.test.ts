import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { folder } from '../cli.test.data.ts';
import { readConfig } from './config.ts';

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));

test('a configuration that can be read, a workflow where GitHub is, and nothing overwritten', async () => {
  const cwd = await folder();
  await mkdir(join(cwd, '.github'));
  const init = (...args: string[]) =>
    spawnSync(process.execPath, ['--conditions=agentproto-source', CLI, 'init', ...args], {
      cwd,
      encoding: 'utf8',
      timeout: 280_000,
    });
  expect(init('--target', 'nonsense')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('expected an absolute http or https URL') as string,
  });
  expect(init('--target', 'http://127.0.0.1:9', '--start', 'node "my server.js"')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('wrote agentproto.config.yaml') as string,
  });
  expect((await readConfig(join(cwd, 'agentproto.config.yaml'), {})).shared).toEqual([
    '--target=http://127.0.0.1:9',
    '--report=html',
    '--report=junit',
    '--report=run',
  ]);
  const workflow = parse(await readFile(join(cwd, '.github/workflows/conformance.yml'), 'utf8')) as {
    jobs: { conformance: { steps: { run?: string; with?: object }[] } };
  };
  const { steps } = workflow.jobs.conformance;
  expect(steps.map(({ run }) => run)).toContain('(node "my server.js" &)');
  expect(steps.map((step) => step.with)).toContainEqual({ target: 'http://127.0.0.1:9' });
  expect(init()).toMatchObject({ status: 2, stderr: expect.stringContaining('already') as string });
});
