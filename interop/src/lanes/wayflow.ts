import { createReferenceServer } from '@agentproto/reference-server';
import { exerciseResponses } from '../exercise-responses.ts';
import { exerciseTheirs } from '../exercise-theirs.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';

/** An agent on WayFlow's server of OpenAI's Responses. Its model is a reference server, so that it follows scripts. */
export const wayflow: Lane = {
  name: 'wayflow',
  system: 'WayFlow',
  async prepare(options) {
    const python = await pythonFor({ lane: 'wayflow' }, options);
    const model = await createReferenceServer();
    const client = (kind: string) => async (url: string) =>
      exerciseTheirs(python.running('wayflow/client.py', url, kind), kind, ['send', 'stream', 'tool', 'continue']);
    return {
      server: python.running('wayflow/agent.py', model.urls['responses@openai']!),
      suite: { profile: 'script', protocol: 'responses@wayflow' },
      exercise: [(url) => exerciseResponses(`${url}/v1`, { model: 'words' })],
      clients: [client('Responses'), client('chat completions')],
      release: () => model.close(),
    };
  },
};
