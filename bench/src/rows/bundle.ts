import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import type { Row, Subject } from '../row.ts';

/** What a web page pays for one import. */
async function size(code: string): Promise<Record<string, number>> {
  const id = fileURLToPath(new URL('./entry.js', import.meta.url));
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (source) => (source === 'entry' ? id : null),
        load: (source) => (source === id ? code : null),
      },
    ],
  });
  try {
    const { output } = await bundle.generate({ format: 'es', minify: true });
    const chunks = output.filter((file) => file.type === 'chunk');
    // What comes late, with what needs it, is not loaded for the import.
    const loaded = new Set(chunks.filter(({ isEntry }) => isEntry));
    for (const { imports } of loaded)
      for (const chunk of chunks) if (imports.includes(chunk.fileName)) loaded.add(chunk);
    const text = [...loaded].map((chunk) => chunk.code).join('');
    return { minified: text.length / 1_000, gzip: gzipSync(text, { level: 9 }).byteLength / 1_000 };
  } finally {
    await bundle.close();
  }
}

const everythingOf = (specifier: string): Subject => ({
  name: specifier,
  run: () => size(`export * from ${JSON.stringify(specifier)};`),
});

const OURS = ['a2a', 'chat', 'responses', 'open-agent'].map((family) => `@agentproto/client/${family}`);

export const bundle: Row = {
  name: 'bundle',
  title: 'Bundle of a client',
  what: 'All that a web page loads for one import, in kB, minified and gzipped.',
  goal: 'gzip at most 11 kB',
  aims: OURS.map((subject) => ({
    subject,
    figure: 'gzip',
    atMost: 11,
  })),
  below:
    'What is left of A2A, by what each module takes away when it is left out, in kB: the client and its line 2.2, the transport with redirects, retries, limits of time and reading 2.9, calls 1.5, sentences of errors and their classes 1.9, reading answers and mending them 1.8, the card 1.2, files, tools and texts 1.0 (an app that does not import them is 0.9 less). Of chat, of Responses and of Open Agent API openapi-fetch is 2.4. Tried, and kept: what follows a stream (the reader of server-sent events alone is 2.9), a WebSocket (4.8), NDJSON (1.8), HTTP+JSON and folds come with their first use: 21.1 to 16.8 for A2A, 17.4 to 13.0 for chat, 23.0 to 15.0 for Responses. Then a stream itself, in the same piece, with them: 16.6 to 15.8 for A2A, 13.0 to 12.3 for chat, 15.0 to 13.9 for Responses, 20.2 to 18.0 for Open Agent API. What a page has loaded when its first stream begins is then 21.3 (A2A), 15.5 (chat), 21.7 (Responses), 24.4 (Open Agent API); a send that waits needs no more than the first figure. Tried, and dropped: a reader of server-sent events of our own, which took little away; openapi-fetch with the first call, as every call that waits would then have one more round trip before it, and as much to load. It would take logins of Open Agent API that are asked for with a promise (1.5), and fewer words in errors.',
  shows: 'absolute',
  unit: 'kB',
  rounds: 1,
  subjects: [
    ...OURS.map(everythingOf),
    everythingOf('@a2a-js/sdk/client'),
    { name: 'openai', run: () => size('export { OpenAI } from "openai";') },
  ],
};
