/** Our own server, with chat alone: `chat.js`. It says back what it is told. */
import { createReferenceServer } from '@agentproto/reference-server';
import { serve } from '../child.ts';

const server = await createReferenceServer({ protocols: ['chat@docs'] });
serve({ url: () => server.url });
