/** Our own server, and what makes it large, in one process: `growth.js MAX_RUNS MAX_ENTRIES`. */
import { createReferenceServer, memoryStore } from '@agentproto/reference-server';
import type { AgentRequest } from '@agentproto/reference-server';
import type { AgentEvent } from '@agentproto/script';
import { serve } from '../child.ts';

/** Asks again for ever, or says as many texts as the message wants: `texts 1000`. */
async function* agent({ input: { text } }: AgentRequest): AsyncGenerator<AgentEvent> {
  const [word, count = 0] = text.split(' ');
  for (let i = 0; i < Number(count); i += 1) yield { type: 'text', text: 'sixteen letters.' };
  yield word === 'ask' ? { type: 'end', state: 'input-required' } : { type: 'end', state: 'completed' };
}

const [maxRuns, maxEntries] = process.argv.slice(2).map(Number);
const server = await createReferenceServer({
  agent,
  store: memoryStore({ ...(maxRuns && { maxRuns }), ...(maxEntries && { maxEntries }) }),
});
const url = server.urls['a2a@1.0']!;
serve({ url: () => url, chatUrl: () => server.url });
