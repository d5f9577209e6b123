import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const { resolve } = createRequire(import.meta.url);
const file = new URL('types/stranger.ts', import.meta.url).pathname;

/** The lowest that the README promises, the last of the old line, and ours. They look at dist/, which `pnpm test` builds. */
const COMPILERS = [
  ['typescript-5.4', 'NodeNext', 'NodeNext'],
  ['typescript-5.9', 'ESNext', 'bundler'],
  ['typescript', 'NodeNext', 'NodeNext'],
] as const;

test.each(COMPILERS)(
  'types compile without skipLibCheck and @types/node: %s, %s',
  { timeout: 60_000 },
  async (compiler, module, moduleResolution) => {
    const folder = await mkdtemp(join(tmpdir(), 'agentproto-types-'));
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'ES2022',
      lib: ['ES2022', 'DOM'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    const tsc = join(dirname(resolve(`${compiler}/package.json`)), 'bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    await rm(folder, { recursive: true });
    expect(stdout).toBe('');
  },
);
