import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

/**
 * What a page loads for each entry, minified and gzipped, before it follows a stream, opens a WebSocket or meets an agent of an
 * earlier revision. Raise one with a reason only: 100 of each is a lifetime that needs no signal of the platform. Of those with an
 * OpenAPI document, 2,400 are openapi-fetch; of open-agent, 2,500 its logins, which every app gets with the client; of a2a, 800 what
 * reads and makes files and tools, which an app that does not import it leaves out, and 1,600 what chooses among revisions and
 * interfaces and goes on to the next, and 250 what asks for a card again by its tag and goes where a new one says. 60 of each are what keeps
 * a url in its pieces, and reads an answer at once.
 */
const BUDGET_BYTES = { a2a: 15_800, chat: 12_350, 'open-agent': 18_050, responses: 14_000 };

/** What is for some apps, or for later, and comes with its first use. */
const LATE = [
  /\/a2a\/(reading|eras\/|follow\.|follower|received|connection|fold|artifact|catch-up|poll|http-json)/,
  /\/chat\/(reading|fold|ndjson|session|socket|turn|jobs)\.ts/,
  /\/responses\/(reading|connection|ends|event|fold|item|session|socket)\.ts/,
  /\/open-agent\/(reading|following|receive|event|run-fold|completion-fold)\.ts/,
  /\/client\/src\/(event-stream|hand-out|socket-dialer|turn-frames|wire-failure)\.ts/,
  /\/wire\/src\/(sse|ndjson|websocket)\b/,
  /\/wire\/src\/wire-error\.ts/,
  /eventsource-parser/,
];
const isLate = (id: string): boolean => LATE.some((pattern) => pattern.test(id));

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
    const chunks = output.filter((file) => file.type === 'chunk');
    expect(chunks).toHaveLength(output.length);
    // What is loaded with the entry; the rest comes with its first use.
    const loaded = new Set([chunks.find(({ isEntry }) => isEntry)!]);
    for (const { imports } of loaded)
      for (const name of imports)
        loaded.add(chunks.find(({ fileName }) => fileName === name) ?? expect.unreachable(name));
    const moduleIds = [...loaded].flatMap((chunk) => chunk.moduleIds);
    // A2A's bindings are read and written with the envelopes of JSON-RPC, whose errors are those of the wire.
    expect(moduleIds.filter((id) => isLate(id) && !id.endsWith('/wire-error.ts'))).toEqual([]);
    const late = chunks.filter((chunk) => !loaded.has(chunk)).flatMap((chunk) => chunk.moduleIds);
    expect(late.length).toBeGreaterThan(0);
    expect(late.filter((id) => !isLate(id) && !id.startsWith('\0'))).toEqual([]);
    const others = Object.keys(BUDGET_BYTES).filter((other) => other !== family);
    expect(moduleIds.filter((id) => others.some((other) => id.includes(`/src/${other}/`)))).toEqual([]);
    const code = [...loaded].map((chunk) => chunk.code).join('\n');
    const bytes = gzipSync(code, { level: 9 }).byteLength;
    console.info(`@agentproto/client/${family}: ${bytes} bytes`);
    expect(bytes).toBeLessThanOrEqual(budget);
  },
);
