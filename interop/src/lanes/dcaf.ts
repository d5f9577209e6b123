import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exerciseChat } from '../exercise-chat.ts';
import { exerciseTheirs } from '../exercise-theirs.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';
import { Skip } from '../skip.ts';

const WHERE = '--path DIR: expected a checkout of github.com/duplocloud/dcaf at 2.1.0';

const CLIENT_STEPS = ['sync', 'stream', 'approval', 'WebSocket', 'legacy', 'health'];

export const dcaf: Lane = {
  name: 'dcaf',
  system: 'DCAF',
  usage: '--path DIR',
  async prepare(options) {
    if (options.path === undefined) throw new Skip(WHERE);
    const checkout = resolve(options.path);
    await access(join(checkout, 'dcaf/core/server.py')).catch(() => {
      throw new Skip(`${WHERE}; ${checkout} is none`);
    });
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
