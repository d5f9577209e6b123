// Bundles the command line with all that it needs, so that `npx agentproto-conformance` installs and starts fast.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { NOTICES, noticesFor } from '../tools/codegen/src/third-party.ts';
import { bundlePage } from './page.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const dir = `${here}dist/bundle`;

rmSync(dir, { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    cli: `${here}src/cli.ts`,
    matchers: `${here}src/matchers/index.ts`,
    vitest: `${here}src/matchers/vitest.ts`,
  },
  cwd: here,
  platform: 'node',
  tsconfig: false,
  // The lowest that `engines` allows: `await using` is a syntax error to it.
  transform: { target: 'node22.19' },
  resolve: { conditionNames: ['agentproto-source', 'import', 'node', 'default'] },
  // Optional peers: for client mode, and for a matcher of its own.
  external: [/^@agentproto\/reference-server/, /^vitest(?:\/|$)/],
  // Whoever asks for a matcher must not run the command.
  preserveEntrySignatures: 'strict',
});
const { output } = await bundle.write({
  dir,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  minify: { compress: true, mangle: false },
});
await bundle.close();
// The page of the HTML report is a text within the bundle, and brings its own.
const { moduleIds } = await bundlePage();
writeFileSync(
  `${dir}/${NOTICES}`,
  noticesFor([...moduleIds, ...output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))]),
);

// What `explain` names: the reference server itself stays out of here.
const { QUIRKS } = await import('../reference-server/bundle/quirks.js');
const names = Object.groupBy(
  QUIRKS.filter(({ breaks }) => breaks !== null),
  ({ breaks }) => breaks,
);
writeFileSync(
  `${dir}/quirks.json`,
  JSON.stringify(Object.fromEntries(Object.entries(names).map(([id, all]) => [id, all.map(({ name }) => name)]))),
);

const bytes = output.reduce(
  (sum, file) => sum + (file.type === 'chunk' ? Buffer.byteLength(file.code) : file.source.length),
  0,
);
console.log(`conformance/dist/bundle: ${output.length} files, ${Math.round(bytes / 1024)} kB`);
