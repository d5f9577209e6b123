import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const { resolve } = createRequire(import.meta.url);
const here = new URL('.', import.meta.url).pathname;
const readme = await readFile(join(here, '../README.md'), 'utf8');

/** The lowest that the README promises, the last of the old line, and ours. They look at dist/, which `pnpm test` builds. */
const COMPILERS = [
  ['typescript-5.4', 'NodeNext', 'NodeNext'],
  ['typescript-5.9', 'ESNext', 'bundler'],
  ['typescript', 'NodeNext', 'NodeNext'],
] as const;

test.each(COMPILERS)(
  'types compile without skipLibCheck and @types/node: %s, %s',
  async (compiler, module, moduleResolution) => {
    const folder = await mkdtemp(join(here, '.types-'));
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
    // The blocks of the README too; `process` is all that they use of Node.
    const files = [join(here, 'types/stranger.ts'), join(folder, 'process.d.ts')];
    await writeFile(files[1]!, 'declare const process: { stdout: { write(text: string): unknown } };');
    for (const [index, [, code]] of [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].entries()) {
      files.push(join(folder, `block-${index + 1}.ts`));
      await writeFile(files.at(-1)!, code!);
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(dirname(resolve(`${compiler}/package.json`)), 'bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    await rm(folder, { recursive: true });
    expect(stdout).toBe('');
  },
);
