import { fileURLToPath } from 'node:url';
import { exerciseA2A } from '../exercise-a2a.ts';
import type { Lane } from '../lane.ts';
import { SHORT_FORMS } from '../words.ts';

const example = (file: string) => fileURLToPath(new URL(`../../../examples/a2a-js-server/${file}`, import.meta.url));

/** The SDK's server follows scripts (the example), so that nothing of the suite is left out. Its client is held against ours in the unit tests. */
export const a2aJs: Lane = {
  name: 'a2a-js',
  system: '@a2a-js/sdk',
  async prepare() {
    return {
      server: { file: process.execPath, args: [example('dist/serve.js')] },
      suite: { profile: 'script', baseline: example('baseline.yaml') },
      exercise: [
        (url) => exerciseA2A(url, 'JSONRPC', SHORT_FORMS),
        (url) => exerciseA2A(url, 'HTTP+JSON', SHORT_FORMS),
      ],
    };
  },
};
