/** `node src/main.ts [URL MODEL]`: asks a server, and without one the reference server. The key is that of OPENAI_API_KEY. */
import { createInterface } from 'node:readline/promises';
import { responsesClient } from '@agentproto/client/responses';
import { createDouble } from './double.ts';
import { ask } from './ask.ts';

const [url, model = 'weather'] = process.argv.slice(2);
await using double = url ? undefined : await createDouble();
const auth = url ? process.env['OPENAI_API_KEY'] : undefined;
await using client = responsesClient(url ?? double!.urls['responses@2026-04-24']!, { ...(auth && { auth }) });

const approve = async (name: string, args: string) => {
  if (!process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Run ${name}(${args})? [y/N] `);
  terminal.close();
  return /^y/i.test(answer);
};
const { outputText, turns } = await ask('What is the weather in Bern, and what time is it?', {
  client,
  model,
  approve,
  log: console.log,
});
console.log(`${outputText} (${turns} turns)`);
