// Puts the part of undici that the client uses into dist: as a dependency it would be three times all that the client
// otherwise brings, most of it parts of the web platform that Node has already.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { NOTICES, noticesFor } from '../../tools/codegen/src/third-party.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const file = `${here}dist/platform/undici.js`;

// Compiled anew, or bundled already?
if (/from 'undici'/.test(readFileSync(file, 'utf8'))) {
  const entry = createRequire(import.meta.url).resolve('undici/lib/dispatcher/agent.js');
  const bundle = await rolldown({
    input: 'entry',
    cwd: here,
    platform: 'node',
    tsconfig: false,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? '\0entry' : undefined),
        load: (id) => (id === '\0entry' ? `export { default as Agent } from ${JSON.stringify(entry)};` : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: { compress: true, mangle: false } });
  await bundle.close();
  const [chunk] = output;
  writeFileSync(file, chunk.code);
  writeFileSync(`${here}dist/${NOTICES}`, noticesFor(chunk.moduleIds.filter((id) => !id.startsWith('\0'))));
  console.log(`client/dist/platform/undici.js: ${Math.round(Buffer.byteLength(chunk.code) / 1024)} kB`);
}
