import { METHODS } from '@agentproto/protocol/chat/docs';
import type { Exchange } from '@agentproto/recording';
import { routesOf, type KnownCall } from '../kit/known-call.ts';

const routeOf = routesOf(METHODS);

/** As a scenario would have named it. */
export function known({ request }: Exchange): KnownCall | undefined {
  const { pathname } = new URL(request.url);
  const operation = routeOf(request.method, pathname)?.operation;
  if (operation === undefined) return undefined;
  if (operation === 'chat') return { binding: 'HTTP', operation };
  if (operation === 'chat-stream') return { binding: 'NDJSON', operation };
  if (operation === 'chat-ws') return { binding: 'WebSocket', operation };
  if (operation === 'health') return { binding: 'health', operation };
  if (operation === 'sendMessage') return { binding: 'legacy', operation: 'chat' };
  if (operation === 'sendMessageStream') return { binding: 'legacy', operation: 'chat-stream' };
  return undefined;
}
