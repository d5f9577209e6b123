import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { folder, reference } from './cli.test.data.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

interface Action {
  inputs: { [name: string]: { default?: string } };
  outputs: { [name: string]: { value: string } };
  runs: { steps: { shell: string; env: { [name: string]: string }; run: string }[] };
}

/** Runs the action's step as a runner would, with `npx` standing for the package that is not published yet. */
async function act(inputs: {
  [name: string]: string;
}): Promise<{ code: number | null; outputs: { [name: string]: string }; out: string; path: string }> {
  const action = parse(await readFile(join(root, 'action.yml'), 'utf8')) as Action;
  const [step] = action.runs.steps;
  const path = await folder();
  const bin = join(path, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'npx'),
    `#!/bin/sh\nshift 2\nexec '${process.execPath}' --conditions=agentproto-source '${CLI}' "$@"\n`,
  );
  await chmod(join(bin, 'npx'), 0o755);
  const files = { GITHUB_OUTPUT: join(path, 'output'), GITHUB_STEP_SUMMARY: join(path, 'summary') };
  for (const file of Object.values(files)) await writeFile(file, '');
  const env = Object.fromEntries(
    Object.entries(step!.env).map(([name, value]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1];
      expect(input, name).toBeDefined();
      return [name, inputs[input!] ?? action.inputs[input!]!.default ?? ''];
    }),
  );
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-c', step!.run], {
    cwd: path,
    env: { ...process.env, ...env, ...files, GITHUB_ACTIONS: 'true', PATH: `${bin}:${process.env['PATH']}` },
    timeout: 280_000,
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const outputs = Object.fromEntries(
    (await readFile(files.GITHUB_OUTPUT, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
  for (const { value } of Object.values(action.outputs))
    expect(Object.keys(outputs)).toContain(/outputs\.([\w-]+)/.exec(value)![1]!);
  return { code, outputs, out, path };
}

test('the action: outputs, annotations, summary; what an input says is never code', async () => {
  const target = await reference('--quirk', 'a2a.card.no-etag');
  const { code, outputs, out, path } = await act({
    target,
    'fail-on': 'should',
    arguments: '--only\nA2A10-CARD-*\n--header\nX-Nasty: $(touch pwned) `touch pwned` ; touch pwned \'"',
  });
  expect({ code, outputs }).toMatchObject({
    code: 1,
    outputs: {
      outcome: 'violation',
      'exit-code': '1',
      warnings: '1',
      violations: '0',
      html: 'agentproto-reports/report.html',
    },
  });
  expect(out).toMatch(/^::error title=A2A10-CARD-008/m);
  expect(await readFile(join(path, 'summary'), 'utf8')).toMatch(/^## ❌ violation/);
  await expect(readFile(join(path, 'pwned'))).rejects.toThrow('ENOENT');
  for (const name of ['html', 'json', 'junit', 'sarif', 'run'])
    expect((await readFile(join(path, outputs[name]!))).length).toBeGreaterThan(100);

  expect(await act({ target, 'fail-on': 'should', fail: 'false', arguments: '--only\nA2A10-CARD-*' })).toMatchObject({
    code: 0,
    outputs: { 'exit-code': '1' },
  });
});

test('no eval, and no input within a script', async () => {
  const text = await readFile(join(root, 'action.yml'), 'utf8');
  const { runs } = parse(text) as Action;
  for (const { run } of runs.steps) expect(run).not.toMatch(/\beval\b|\$\{\{/);
});

test('examples for CI are YAML, and the Dockerfile has no fault that its linter knows', async () => {
  for (const name of ['gitlab-ci.yml', 'github-workflow.yml'])
    expect(parse(await readFile(join(root, 'examples/ci', name), 'utf8'))).toBeTypeOf('object');
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  expect(validate(dockerfile)).toEqual([]);
  expect(validate('FORM node\n')).not.toEqual([]);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});
