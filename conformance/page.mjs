// Bundles the page of the HTML report into one script and one style sheet, and writes them down as a module, so that the
// report is made of text alone, from sources and from the bundle alike.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = `${here}src/report/html/generated`;

/** The script, and the files that it is made of. */
export async function bundlePage() {
  const bundle = await rolldown({
    input: `${here}page/main.tsx`,
    cwd: here,
    platform: 'browser',
    tsconfig: false,
    transform: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    resolve: { conditionNames: ['agentproto-source', 'import', 'browser', 'default'] },
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const { code, moduleIds } = output[0];
  if (/<\/script|<!--/i.test(code)) throw new Error('the script would end, or hide, its own element');
  return { script: code, moduleIds };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { script } = await bundlePage();
  const style = readFileSync(`${here}page/style.css`, 'utf8');
  const text = `export const script = ${JSON.stringify(script)};\nexport const style = ${JSON.stringify(style)};\n`;
  const file = `${folder}/page.ts`;
  let before;
  try {
    before = readFileSync(file, 'utf8');
  } catch {}
  // The compiler looks at times: what did not change is left alone.
  if (before !== text) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
}
