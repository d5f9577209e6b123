import { exerciseResponses } from '../exercise-responses.ts';
import type { Lane } from '../lane.ts';
import { ours } from '../place.ts';

/** A mock of OpenAI's server: its answers are fixed, so that what depends on a model that obeys stays red. */
export const aimock: Lane = {
  name: 'aimock',
  system: '@copilotkit/aimock',
  cannot: {
    chain: 'the response does not name its previous_response_id',
    refusal: 'every model is known',
    retrieve: 'nothing is kept',
    delete: 'nothing is kept',
  },
  async prepare() {
    return {
      server: { file: process.execPath, args: [ours('aimock/agent.mjs')] },
      suite: { profile: ours('aimock/words.yaml'), baseline: ours('aimock/baseline.yaml') },
      exercise: [(url) => exerciseResponses(`${url}/v1`, { model: 'gpt-5', auth: 'mock' })],
    };
  },
};
