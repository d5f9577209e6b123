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

export const bundle: Row = {
  name: 'bundle',
  title: 'Bundle of a client',
  what: 'All that a web page loads for one import, in kB, minified and gzipped.',
  goal: 'gzip at most 11 kB',
  aims: ['@agentproto/client/a2a', '@agentproto/client/chat'].map((subject) => ({
    subject,
    figure: 'gzip',
    atMost: 11,
  })),
  below:
    'A2A, by module in kB, each packed by itself: client, line and operations 7.2, limits, retries, redirects and calls 5.4, errors and sentences 4.6, streams with resuming 5.5, server-sent events 4.0, card 2.1, shapes and mends 3.1, tools and files 2.7. A reader of server-sent events of our own, in place of eventsource-parser, took little away when it was tried, and was dropped: the library is what we stand on. Of chat, the WebSocket is 8 and openapi-fetch 3.5, by the same count. Nothing there is unused: the goal would take the WebSocket and what goes on after a broken stream to be loaded when they are needed, and the texts of errors to be left out.',
  shows: 'absolute',
  unit: 'kB',
  rounds: 1,
  subjects: [
    everythingOf('@agentproto/client/a2a'),
    everythingOf('@agentproto/client/chat'),
    everythingOf('@agentproto/client/responses'),
    everythingOf('@a2a-js/sdk/client'),
    { name: 'openai', run: () => size('export { OpenAI } from "openai";') },
  ],
};
