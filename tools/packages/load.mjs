import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { importsOf, manifest } from './install.mjs';

const TIMEOUT_MS = 20_000;

/** Imports every export, each of which may fail alone, asks every bin for its help, and reads every file: some come with their first use. */
export function loadProblems(home, names, node) {
  const script = names
    .flatMap((name) => importsOf(home, name))
    .map((path) => `await import('${path}').catch((error) => console.error('import ${path}: ' + error.message));`);
  const imports = run(home, node, ['--input-type=module', '--eval', script.join('\n')]);
  const ofBins = names
    .flatMap((name) => Object.keys(manifest(home, name).bin ?? {}))
    .flatMap((command) => {
      const { stdout, failure } = run(home, node, [join(home, 'node_modules/.bin', command), '--help']);
      return failure || !stdout.trim() ? [`${command} --help: ${failure ?? 'says nothing'}`] : [];
    });
  const folders = names.map((name) => join(home, 'node_modules', name));
  const read = run(home, node, [
    '--no-warnings',
    '--experimental-vm-modules',
    '--input-type=module',
    '--eval',
    PARSE,
    ...folders,
  ]);
  return [...[imports, read].flatMap(({ failure }) => failure?.split('\n') ?? []), ...ofBins];
}

/** Whether this Node knows the syntax of each file. */
const PARSE = `
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceTextModule } from 'node:vm';
for (const folder of process.argv.slice(1))
  for (const file of readdirSync(folder, { recursive: true }))
    if (file.endsWith('.js') && !file.includes('node_modules'))
      try { new SourceTextModule(readFileSync(join(folder, file), 'utf8')); }
      catch (error) { console.error(join(folder, file) + ': ' + error.message); }
`;

function run(home, node, args) {
  const { status, signal, stdout, stderr, error } = spawnSync(node.path, args, {
    cwd: home,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  const said = stderr.trim();
  const failure = error?.message ?? (status === 0 ? said : `exit ${status ?? signal} ${said}`);
  return { stdout, failure: failure || undefined };
}
