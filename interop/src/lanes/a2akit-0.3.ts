import type { BindingName } from '@agentproto/client/a2a';
import { exerciseA2A } from '../exercise-a2a.ts';
import { exercisePush } from '../exercise-push.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';
import { WORDS } from '../words.ts';

/** The last a2akit of A2A 0.3, and the newest on PyPI; its agent is that of the lane `a2akit`. */
export const a2akit03: Lane = {
  name: 'a2akit-0.3',
  system: 'a2akit',
  async prepare(options) {
    const python = await pythonFor({ lane: 'a2akit-0.3' }, options);
    const ours = (binding: BindingName) => (url: string) => exerciseA2A(url, binding, WORDS, exercisePush);
    return {
      server: python.running('a2akit/agent.py'),
      suite: { protocol: 'a2a@0.3' },
      exercise: [ours('JSONRPC'), ours('HTTP+JSON')],
      judged: [
        {
          ...{ name: 'JSONRPC', protocol: 'a2a@0.3', baseline: 'a2akit-0.3/client-baseline.yaml' },
          command: python.running('a2akit-0.3/judged.py', 'jsonrpc'),
        },
        {
          ...{ name: 'HTTP+JSON', protocol: 'a2a@0.3', baseline: 'a2akit-0.3/client-rest-baseline.yaml' },
          command: python.running('a2akit-0.3/judged.py', 'http+json'),
          stops: {
            says: "TaskNotFoundError: Task 'unknown' not found",
            why: '§3.5.3: its requests lack the /v1 that routes begin with, so that none is answered.',
          },
        },
      ],
    };
  },
};
