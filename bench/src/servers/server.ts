/** The servers that are measured, each in a process of its own: `server.js KIND`. */
import { A2AMock } from '@copilotkit/aimock';
import { startA2AJsServer } from '@agentproto/example-a2a-js-server';
import { createReferenceServer, memoryStore } from '@agentproto/reference-server';
import { serve } from '../child.ts';
import { startBare, STREAM_FRAMES } from './bare.ts';

export type Kind = 'bare' | 'reference' | 'a2a-js' | 'aimock';

/** Where each has its JSON-RPC interface; the reference server also says where chat is. */
const STARTS: Record<Kind, () => Promise<string>> = {
  bare: startBare,
  async reference() {
    const server = await createReferenceServer({ store: memoryStore({ maxRuns: Number(process.argv[3] ?? 10_000) }) });
    return server.urls['a2a@1.0']!;
  },
  async 'a2a-js'() {
    return `${(await startA2AJsServer()).url}/json-rpc`;
  },
  async aimock() {
    const pieces = Array.from({ length: STREAM_FRAMES - 2 }, () => ({
      type: 'artifact' as const,
      parts: [{ text: 'hello' }],
      append: true,
    }));
    const mock = new A2AMock()
      .registerAgent({ name: 'agent', capabilities: { streaming: true } })
      .onTask('agent', 'hello', [{ parts: [{ text: 'hello' }] }])
      .onStreamingTask('agent', 'stream', [
        { type: 'status', state: 'TASK_STATE_WORKING' },
        ...pieces,
        { type: 'status', state: 'TASK_STATE_COMPLETED' },
      ])
      // It waits before each event, the first as well.
      .onStreamingTask('agent', 'hold', [{ type: 'status', state: 'TASK_STATE_WORKING' }, ...pieces], 4_000);
    return `${await mock.start()}/`;
  },
};

const url = await STARTS[process.argv[2] as Kind]();
serve({ url: () => url });
