import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

/** What an app pays for each entry, minified and gzipped. Raise one with a reason only: 100 of each is a lifetime that needs no signal of the platform. Of chat, 1,400 are openapi-fetch, and 1,200 old paths, health, jobs and files; of responses, 3,600 its WebSocket; of open-agent, 2,500 its logins, which every app gets with the client; of a2a, 800 what reads and makes files and tools, which an app that does not import it leaves out, and 1,600 what chooses among revisions and interfaces and goes on to the next, and 250 what asks for a card again by its tag and goes where a new one says. */
const BUDGET_BYTES = { a2a: 21_150, chat: 17_700, 'open-agent': 22_900, responses: 23_100 };

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
    // What is loaded with the entry; the rest comes with the first agent of an earlier revision, or the first job.
    const loaded = new Set([chunks.find(({ isEntry }) => isEntry)!]);
    for (const { imports } of loaded)
      for (const name of imports)
        loaded.add(chunks.find(({ fileName }) => fileName === name) ?? expect.unreachable(name));
    const moduleIds = [...loaded].flatMap((chunk) => chunk.moduleIds);
    const isLate = (id: string) => /\/a2a\/eras\/|\/chat\/jobs\.ts/.test(id);
    expect(moduleIds.filter(isLate)).toEqual([]);
    const late = chunks.filter((chunk) => !loaded.has(chunk)).flatMap((chunk) => chunk.moduleIds);
    // What reads server-sent events is with the jobs of chat; elsewhere it is there from the beginning.
    const withJobs = (id: string) => family === 'chat' && /eventsource-parser|\/sse\/|\/event-stream\.ts/.test(id);
    expect(late.filter((id) => !isLate(id) && !withJobs(id))).toEqual([]);
    const others = Object.keys(BUDGET_BYTES).filter((other) => other !== family);
    expect(moduleIds.filter((id) => others.some((other) => id.includes(`/src/${other}/`)))).toEqual([]);
    const code = [...loaded].map((chunk) => chunk.code).join('\n');
    const bytes = gzipSync(code, { level: 9 }).byteLength;
    console.info(`@agentproto/client/${family}: ${bytes} bytes`);
    expect(bytes).toBeLessThanOrEqual(budget);
  },
);
