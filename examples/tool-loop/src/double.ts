import { createReferenceServer } from '@agentproto/reference-server';

/** A server whose model `weather` calls two functions, and then answers. */
export const createDouble = () =>
  createReferenceServer({
    responses: {
      models: {
        weather: {
          script: {
            steps: [
              {
                tool: { by: 'client', calls: [{ name: 'get_weather', args: { city: 'Bern' } }, { name: 'get_time' }] },
              },
            ],
            turns: [{ steps: [{ text: 'Sunny, and time for a walk.' }] }],
          },
        },
      },
    },
  });
