import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf, lend } from './install.mjs';

/** The lowest that the READMEs promise, and the last that is written in TypeScript; the workspace itself compiles with 7. */
const COMPILERS = ['typescript-lowest', 'typescript-5.9'];
const RESOLUTIONS = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'esnext', moduleResolution: 'bundler' },
];
/** It stands on Fastify and Node's own types, which take their time; all others must do without. */
const ON_NODE = '@agentproto/reference-server';

/** Compiles an import of everything, with the declarations of the packages looked at as well. */
export function typeProblems(home, names) {
  lend(home, '@types/node');
  const ofOthers = names.filter((name) => name !== ON_NODE).flatMap((name) => importsOf(home, name));
  const ofServer = importsOf(home, ON_NODE);
  return COMPILERS.flatMap((compiler, index) => {
    const folder = join(import.meta.dirname, 'node_modules', compiler);
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const runs = RESOLUTIONS.map((resolution) => [ofOthers, { ...resolution, types: [] }]);
    runs.push([ofServer, { ...RESOLUTIONS[index], types: ['node'] }]);
    return runs.flatMap(([imports, options]) =>
      compiled(home, folder, imports, options).map(
        (problem) => `TypeScript ${version}, ${options.moduleResolution}: ${problem}`,
      ),
    );
  });
}

function compiled(home, compiler, imports, options) {
  const source = imports.map((path, index) => `export * as all${index} from ${JSON.stringify(path)};\n`).join('');
  writeFileSync(join(home, 'types.ts'), source);
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    strict: true,
    skipLibCheck: false,
    // Those of TypeScript itself are not ours to look at.
    skipDefaultLibCheck: true,
    noEmit: true,
    ...options,
  };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
  const { status, stdout } = spawnSync(process.execPath, [join(compiler, 'bin/tsc'), '-p', home], {
    cwd: home,
    encoding: 'utf8',
  });
  if (status === 0) return [];
  const said = stdout.trim().split('\n');
  return [...said.slice(0, 8), ...(said.length > 8 ? [`… ${said.length - 8} lines more`] : [])];
}
