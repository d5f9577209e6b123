// Makes three files of some hundred: most of what starting a server costs us is finding and reading modules. What other
// packages are, ours too, stays theirs, so that a class is the same class for everybody.
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const dir = `${here}bundle`;
const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));

rmSync(dir, { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    index: `${here}src/index.ts`,
    quirks: `${here}src/quirks.ts`,
    cli: `${here}src/cli.ts`,
    vitest: `${here}src/testing/vitest.ts`,
    'node-test': `${here}src/testing/node-test.ts`,
    playwright: `${here}src/testing/playwright.ts`,
    replay: `${here}src/replay/index.ts`,
  },
  cwd: here,
  platform: 'node',
  // What entries have in common goes into none of them: whoever imports the package must not run the command.
  preserveEntrySignatures: 'strict',
  tsconfig: false,
  // The lowest that `engines` allows: `await using` is a syntax error to it.
  transform: { target: 'node22.19' },
  external: Object.keys({ ...dependencies, ...peerDependencies }).map((name) => new RegExp(`^${name}(?:/|$)`)),
});
const { output } = await bundle.write({ dir, format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' });
await bundle.close();

const entries = new Set(output.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
for (const { fileName, imports = [] } of output) {
  const entry = imports.find((one) => entries.has(one));
  if (entry) throw new Error(`${fileName} imports ${entry}: an entry is run by who asks for it, and nobody else`);
}

const bytes = output.reduce((sum, file) => sum + Buffer.byteLength(file.code ?? file.source), 0);
console.log(`reference-server/bundle: ${output.length} files, ${Math.round(bytes / 1024)} kB`);
