import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');

interface Report {
  errors: unknown[];
  suites: {
    specs: { title: string; tests: { results: { status: string; errors: { message: string }[] }[] }[] }[];
  }[];
}

/** No browser is needed for this; the lane `test:browser` has one. */
test("Playwright's own runner gives each test a server, and its expect the matchers", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-playwright-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, 'playwright.config.mjs');
  const testDir = dirname(fileURLToPath(import.meta.url));
  const options = {
    testDir,
    testMatch: 'playwright.test.data.ts',
    // Of its own: Playwright empties it before it begins.
    outputDir: join(folder, 'results'),
    workers: 1,
    reporter: 'json',
    timeout: 280_000,
    // Node reads our sources by itself; Babel would take its time over the generated ones.
    build: { external: ['**/*.ts'] },
  };
  await writeFile(config, `export default ${JSON.stringify(options)};`);
  const env = { ...process.env, NODE_OPTIONS: '--conditions=agentproto-source' };
  // One of its tests fails on purpose.
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'test', '--config', config], {
    env,
    timeout: 280_000,
  }).catch((error: { stdout: string }) => error);
  const { errors, suites } = JSON.parse(stdout) as Report;
  expect(errors).toEqual([]);
  const specs = suites.flatMap((suite) => suite.specs);
  expect(specs.map(({ title, tests }) => [title, tests[0]!.results[0]?.status])).toEqual([
    ['a server of its own, and what it received and streamed', 'passed'],
    ['the next test has another one, and the one before is closed', 'passed'],
    ['what is wrong is told', 'failed'],
  ]);
  expect(specs[2]!.tests[0]!.results[0]!.errors[0]!.message).toContain(
    'expected a request as {"path":"/api/chat"}; 0 came, of 0:\n  (none)',
  );
});
