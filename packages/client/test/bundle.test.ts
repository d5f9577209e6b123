import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

/** What an app pays for `@agentproto/client/a2a`, minified and gzipped. Raise it with a reason only. */
const BUDGET_BYTES = 12_700;

test('the A2A client runs without Node, and stays small', async () => {
  const entry = new URL('../src/a2a/index.ts', import.meta.url).pathname;
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['agentproto-source', 'import', 'default'] },
  });
  const { output } = await bundle.generate({ format: 'es', minify: true });
  await bundle.close();
  expect(output.map(({ type }) => type)).toEqual(['chunk']);
  const [{ imports, dynamicImports, code }] = output;
  expect([...imports, ...dynamicImports]).toEqual([]);
  expect(gzipSync(code, { level: 9 }).byteLength).toBeLessThanOrEqual(BUDGET_BYTES);
});
