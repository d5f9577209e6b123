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
    'A2A, by module in kB: client and operations 3.2, streams with resuming 3.4, calls with limits, retries, redirects and credentials 4.2, server-sent events 2.4 (eventsource-parser 1.5), errors and sentences 2.0, shapes and mends 1.7, bindings 1.1, tools and files 0.8, card 0.7; of chat, openapi-fetch is 1.4. Without losing behaviour, eventsource-parser could go: our byte meter reads the same grammar a second time.',
  shows: 'absolute',
  unit: 'kB',
  rounds: 1,
  subjects: [
    everythingOf('@agentproto/client/a2a'),
    everythingOf('@agentproto/client/chat'),
    everythingOf('@a2a-js/sdk/client'),
    { name: 'openai', run: () => size('export { OpenAI } from "openai";') },
  ],
};
