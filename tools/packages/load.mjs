import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { importsOf, manifest } from './install.mjs';

const TIMEOUT_MS = 20_000;

/** Imports every export, each of which may fail alone, and asks every bin for its help. */
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
  return [...(imports.failure ? imports.failure.split('\n') : []), ...ofBins];
}

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
