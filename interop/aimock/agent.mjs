// aimock's Responses endpoint, brought up with answers to what words.yaml beside it and our client's exercise say.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { LLMock } from '@copilotkit/aimock';

const { version } = JSON.parse(readFileSync(manifest(), 'utf8'));
const mock = new LLMock({ port: 0, logLevel: 'silent' });
const weather = { name: 'get_weather', arguments: '{"city":"Bern"}' };
const time = { name: 'get_time', arguments: '{"city":"Bern"}' };

mock.on({ hasToolResult: true }, { content: 'It is sunny in Bern.' });
mock.on({ userMessage: '@tool' }, { toolCalls: [weather] });
mock.on({ userMessage: 'weather' }, { toolCalls: [weather, time] });
mock.on({ userMessage: 'think' }, { content: 'The larger one.', reasoning: 'Two cities match.' });
mock.on(
  { userMessage: '@slow' },
  { content: 'So slow that nobody waits for the end of it' },
  { latency: 200, chunkSize: 4 },
);
mock.onMessage(/[^]*/, { content: 'chunk-1 chunk-2 chunk-3 ' });

await mock.start();
console.log(JSON.stringify({ url: mock.url, version }));
process.stdin.resume().on('end', () => void mock.stop());

/** Its package.json is no export of it. */
function manifest() {
  const entry = createRequire(import.meta.url).resolve('@copilotkit/aimock');
  return `${entry.slice(0, entry.lastIndexOf('/aimock/'))}/aimock/package.json`;
}
