import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const report = process.env.AGENTPROTO_TEST_REPORT;

export default defineConfig({
  // Workspace packages are tested from their sources, so that a test never sees a stale build.
  resolve: { conditions: ['agentproto-source', 'module', 'node'] },
  ssr: { resolve: { conditions: ['agentproto-source', 'module', 'node'] } },
  test: {
    // Most tests wait for another process or for a socket; by itself vitest leaves a core free, which is one file at a time on two.
    maxWorkers: Math.max(2, availableParallelism()),
    // For machines that are busy: a test that waits for something that never comes still fails.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // Tests start hundreds of programs from their sources: each file is compiled once, and not once a start.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    include: ['{packages/*,reference-server,conformance,tools/codegen,examples/*,interop}/{src,test}/**/*.test.ts'],
    // The counts that .ci/run closes with.
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
