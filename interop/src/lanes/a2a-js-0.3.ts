import type { BindingName } from '@agentproto/client/a2a';
import { exerciseA2A } from '../exercise-a2a.ts';
import { exercisePushByToken } from '../exercise-push.ts';
import type { Lane } from '../lane.ts';
import { ours } from '../place.ts';
import { WORDS } from '../words.ts';

/** The SDK's last release of A2A 0.3. What its client gets through on the reference server is in that one's tests. */
export const a2aJs03: Lane = {
  name: 'a2a-js-0.3',
  system: '@a2a-js/sdk',
  cannot: { 'HTTP+JSON: list': 'ListTasks has no route there (HTTP 404)' },
  async prepare() {
    const exercise = (binding: BindingName) => (url: string) => exerciseA2A(url, binding, WORDS, exercisePushByToken);
    return {
      server: { file: process.execPath, args: [ours('a2a-js-0.3/agent.mjs')] },
      suite: { protocol: 'a2a@0.3' },
      exercise: [exercise('JSONRPC'), exercise('HTTP+JSON')],
      judged: ['JSONRPC', 'HTTP+JSON'].map((binding) => ({
        ...{ name: binding, protocol: 'a2a@0.3', baseline: 'a2a-js-0.3/client-baseline.yaml' },
        command: { file: process.execPath, args: [ours('a2a-js-0.3/judged.mjs'), binding] },
      })),
    };
  },
};
