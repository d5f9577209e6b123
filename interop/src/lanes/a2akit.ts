import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exerciseA2A } from '../exercise-a2a.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';
import { Skip } from '../skip.ts';

const WHERE = '--path DIR: expected a checkout of github.com/Coding-Crashkurse/a2akit at 0.0.35, which is not on PyPI';

export const a2akit: Lane = {
  name: 'a2akit',
  system: 'a2akit',
  usage: '--path DIR',
  async prepare(options) {
    if (options.path === undefined) throw new Skip(WHERE);
    const checkout = resolve(options.path);
    const project = await readFile(join(checkout, 'pyproject.toml'), 'utf8').catch(() => '');
    if (!/^name = "a2akit"$/m.test(project)) throw new Skip(`${WHERE}; ${checkout} is none`);
    const python = await pythonFor({ lane: 'a2akit', checkouts: [checkout] }, options);
    return {
      server: python.running('a2akit/agent.py'),
      exercise: [(url) => exerciseA2A(url, 'JSONRPC'), (url) => exerciseA2A(url, 'HTTP+JSON')],
    };
  },
};
