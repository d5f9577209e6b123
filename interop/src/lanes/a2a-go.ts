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
    const judged = await buildGo('a2a-go', 'judged', options);
    const theirs = (binding: string) => (url: string) =>
      exerciseTheirs({ file: client, args: [url, binding] }, binding, CLIENT_STEPS);
    return {
      server: { file: agent, args: [] },
      exercise: [(url) => exerciseA2A(url, 'JSONRPC'), (url) => exerciseA2A(url, 'HTTP+JSON')],
      clients: [theirs('JSONRPC'), theirs('HTTP+JSON')],
      judged: ['JSONRPC', 'HTTP+JSON'].map((binding) => ({
        ...{ name: binding, protocol: 'a2a@1.0', baseline: 'a2a-go/client-baseline.yaml' },
        command: { file: judged, args: [binding] },
        stops: {
          says: 'failed in the scenario extended-card: "card parsing failed',
          why: '§4.5: the scopes of a security requirement are a StringList (`{ "list": [] }`); its reader of cards takes them for a list, so that a card which asks for credentials is not read.',
        },
      })),
    };
  },
};
