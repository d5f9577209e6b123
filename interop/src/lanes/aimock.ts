import { exerciseResponses } from '../exercise-responses.ts';
import type { Lane } from '../lane.ts';
import { ours } from '../place.ts';

const server = { file: process.execPath, args: [ours('aimock/agent.mjs')] };
const profile = ours('aimock/words.yaml');

/** The same by the rules of OpenAI's API, which it mocks. */
export const aimockOpenAI: Lane = {
  name: 'aimock-openai',
  system: "@copilotkit/aimock, as OpenAI's API",
  async prepare() {
    return { server, suite: { profile, protocol: 'responses@openai' }, exercise: [] };
  },
};

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
      server,
      suite: { profile },
      exercise: [(url) => exerciseResponses(`${url}/v1`, { model: 'gpt-5', auth: 'mock' })],
    };
  },
};
