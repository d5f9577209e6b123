import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

/** What an app pays for each entry, minified and gzipped. Raise one with a reason only. Of chat, 1,400 are openapi-fetch; of responses, 3,600 its WebSocket; of a2a, 800 what reads and makes files and tools, which an app that does not import it leaves out. */
const BUDGET_BYTES = { a2a: 19_200, chat: 16_200, responses: 22_800 };

test.each(Object.entries(BUDGET_BYTES))(
  'the %s client runs without Node, stays small, and has no other family in it',
  async (family, budget) => {
    const bundle = await rolldown({
      input: new URL(`../src/${family}/index.ts`, import.meta.url).pathname,
      platform: 'browser',
      resolve: { conditionNames: ['agentproto-source', 'import', 'default'] },
    });
    const { output } = await bundle.generate({ format: 'es', minify: true });
    await bundle.close();
    expect(output.map(({ type }) => type)).toEqual(['chunk']);
    const [{ imports, dynamicImports, moduleIds, code }] = output;
    expect([...imports, ...dynamicImports]).toEqual([]);
    const others = Object.keys(BUDGET_BYTES).filter((other) => other !== family);
    expect(moduleIds.filter((id) => others.some((other) => id.includes(`/${other}/`)))).toEqual([]);
    const bytes = gzipSync(code, { level: 9 }).byteLength;
    console.info(`@agentproto/client/${family}: ${bytes} bytes`);
    expect(bytes).toBeLessThanOrEqual(budget);
  },
);
