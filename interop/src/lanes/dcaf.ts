import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exerciseChat } from '../exercise-chat.ts';
import { exerciseTheirs } from '../exercise-theirs.ts';
import type { Lane } from '../lane.ts';
import type { Options } from '../options.ts';
import { pythonFor } from '../python.ts';
import { Skip } from '../skip.ts';

const WHERE = '--path DIR: expected a checkout of github.com/duplocloud/dcaf at 2.1.0';

const CLIENT_STEPS = ['sync', 'stream', 'approval', 'WebSocket', 'legacy', 'health'];

/** The checkout that was named. @throws Skip where there is none. */
async function checkoutIn({ path }: Options): Promise<string> {
  if (path === undefined) throw new Skip(WHERE);
  const checkout = resolve(path);
  await access(join(checkout, 'dcaf/core/server.py')).catch(() => {
    throw new Skip(`${WHERE}; ${checkout} is none`);
  });
  return checkout;
}

export const dcaf: Lane = {
  name: 'dcaf',
  system: 'DCAF',
  usage: '--path DIR',
  async prepare(options) {
    const checkout = await checkoutIn(options);
    const python = await pythonFor({ lane: 'dcaf', pythonPath: [checkout] }, options);
    const plain = (url: string) =>
      exerciseTheirs(python.running('dcaf/client.py', url), 'plain httpx and websockets', CLIENT_STEPS);
    return {
      server: python.running('dcaf/agent.py', checkout),
      exercise: [(url) => exerciseChat(url)],
      clients: [plain],
    };
  },
};

/** The same server with a function in place of an agent of its own (server: Custom Agents). */
export const dcafCallable: Lane = {
  name: 'dcaf-callable',
  system: 'DCAF, a plain function',
  usage: '--path DIR',
  cannot: {
    'NDJSON, failing': 'what a function raises is answered as a text, `Error: …`, and a good end',
    approval: 'a stream has the text of a function alone; calls that wait are left out of it',
  },
  async prepare(options) {
    const checkout = await checkoutIn(options);
    const python = await pythonFor({ lane: 'dcaf', pythonPath: [checkout] }, options);
    return { server: python.running('dcaf-callable/agent.py', checkout), exercise: [(url) => exerciseChat(url)] };
  },
};
