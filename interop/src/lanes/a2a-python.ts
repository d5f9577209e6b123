import type { BindingName } from '@agentproto/client/a2a';
import { exerciseA2A } from '../exercise-a2a.ts';
import { exercisePush } from '../exercise-push.ts';
import { exerciseTheirs } from '../exercise-theirs.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';
import { WORDS } from '../words.ts';
import { CLIENT_STEPS } from './client-steps.ts';

export const a2aPython: Lane = {
  name: 'a2a-python',
  system: 'a2a-sdk (Python)',
  async prepare(options) {
    const python = await pythonFor({ lane: 'a2a-python' }, options);
    const client = (binding: string) => (url: string) =>
      exerciseTheirs(python.running('a2a-python/client.py', url, binding), binding, [
        ...CLIENT_STEPS,
        'webhook, configured',
        'webhook, called',
      ]);
    const ours = (binding: BindingName) => (url: string) => exerciseA2A(url, binding, WORDS, exercisePush);
    return {
      server: python.running('a2a-python/agent.py'),
      exercise: [ours('JSONRPC'), ours('HTTP+JSON')],
      clients: [client('JSONRPC'), client('HTTP+JSON')],
      judged: ['JSONRPC', 'HTTP+JSON'].map((binding) => ({
        ...{ name: binding, protocol: 'a2a@1.0', baseline: 'a2a-python/client-baseline.yaml' },
        command: python.running('a2a-python/judged.py', binding),
      })),
    };
  },
};
