import { exerciseA2A } from '../exercise-a2a.ts';
import { exerciseTheirs } from '../exercise-theirs.ts';
import { buildGo } from '../go.ts';
import type { Lane } from '../lane.ts';
import { CLIENT_STEPS } from './client-steps.ts';

export const a2aGo: Lane = {
  name: 'a2a-go',
  system: 'a2a-go',
  async prepare(options) {
    const agent = await buildGo('a2a-go', 'agent', options);
    const client = await buildGo('a2a-go', 'client', options);
    const theirs = (binding: string) => (url: string) =>
      exerciseTheirs({ file: client, args: [url, binding] }, binding, CLIENT_STEPS);
    return {
      server: { file: agent, args: [] },
      exercise: [(url) => exerciseA2A(url, 'JSONRPC'), (url) => exerciseA2A(url, 'HTTP+JSON')],
      clients: [theirs('JSONRPC'), theirs('HTTP+JSON')],
    };
  },
};
