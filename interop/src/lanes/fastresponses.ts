import { createReferenceServer } from '@agentproto/reference-server';
import { exerciseResponses } from '../exercise-responses.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';

const weather = {
  ...{ type: 'function' as const, name: 'get_weather', description: 'Does get_weather', strict: false },
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** An agent of Pydantic AI on a server of Open Responses. Its model is a reference server, so that it follows scripts. */
export const fastresponses: Lane = {
  name: 'fastresponses',
  system: 'fastresponses',
  cannot: {
    models: 'it has no list of models',
    refusal: 'every model is taken for the one of the agent',
  },
  async prepare(options) {
    const python = await pythonFor({ lane: 'fastresponses' }, options);
    const model = await createReferenceServer();
    return {
      server: python.running('fastresponses/agent.py', model.urls['responses@openai']!),
      suite: { profile: 'script', protocol: 'responses@2026-04-24' },
      exercise: [(url) => exerciseResponses(`${url}/v1`, { model: 'words', auth: 'none' }, [weather])],
      release: () => model.close(),
    };
  },
};
