import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Every code block of the README is run as it stands, on a real server; they use dist/, which `pnpm test` builds. */

const here = new URL('.', import.meta.url).pathname;
const readme = await readFile(join(here, '../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);

let server: ReferenceServer;
let folder: string;
beforeAll(async () => {
  server = await createReferenceServer();
  // Inside the package, so that its own name is found.
  folder = await mkdtemp(join(here, '.readme-'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

test('there are some', () => {
  expect(blocks.length).toBeGreaterThan(5);
});

test.each(blocks.map((code, index) => [index + 1, code] as const))(
  'block %i runs',
  { timeout: 30_000 },
  async (index, code) => {
    const file = join(folder, `block-${index}.ts`);
    await writeFile(file, code.replaceAll('https://agents.example.com', server.url));
    const ran = promisify(execFile)(process.env['README_NODE'] ?? process.execPath, [file]);
    await expect(ran).resolves.toMatchObject({ stderr: expect.not.stringContaining('Error') });
  },
);
