import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** The page's code as one module, made as an application makes it: from the packages' published exports. */
export async function bundlePage(): Promise<string> {
  const bundle = await rolldown({ input: fileURLToPath(new URL('./page.js', import.meta.url)), platform: 'browser' });
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}
