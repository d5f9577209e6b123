import { METHODS } from '@agentproto/protocol/responses/openai';
import type { Exchange } from '@agentproto/recording';
import { routesOf, type KnownCall } from '../kit/known-call.ts';

const routeOf = routesOf(METHODS);

/** As a scenario would have named it. */
export function known({ request, response }: Exchange): KnownCall | undefined {
  const { pathname } = new URL(request.url);
  if (response?.status === 101 && pathname.endsWith('/responses'))
    return { binding: 'WebSocket', operation: 'connectResponses' };
  const operation = routeOf(request.method, pathname)?.operation;
  if (operation === undefined) return undefined;
  if (operation === 'createChatCompletion') return { binding: 'chat', operation };
  const type = response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return { binding: type.startsWith('text/event-stream') ? 'SSE' : 'HTTP', operation };
}
