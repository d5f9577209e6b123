import * as document from '@agentproto/protocol/open-agent/0.7';
import * as readme from '@agentproto/protocol/open-agent/readme';
import type { Exchange } from '@agentproto/recording';
import { routesOf, type KnownCall } from '../kit/known-call.ts';
import { RUNS, type Contract } from './contract.ts';
import { EVENT_STREAM, mediaTypeOf } from './media-type.ts';

/** Which calls of a recording are of the Open Agent API: its runs tell it, other paths many have. */
export function knownBy({ isReadme }: Contract) {
  const routeOf = routesOf<typeof document.METHODS | typeof readme.METHODS>(
    isReadme ? readme.METHODS : document.METHODS,
  );

  const routed = ({ request }: Exchange) => routeOf(request.method, new URL(request.url).pathname);

  /** As a scenario would have named it. */
  function known(exchange: Exchange): KnownCall | undefined {
    const operation = routed(exchange)?.operation;
    return operation && { binding: isStream(exchange) ? 'SSE' : 'HTTP', operation };
  }

  return {
    known,
    routed,
    shown: (exchanges: readonly Exchange[]): boolean =>
      exchanges.some((one) => Object.values<string>(RUNS).includes(known(one)?.operation ?? '')),
  };
}

/** It is one, or nothing else was asked for. */
function isStream(exchange: Exchange): boolean {
  const accept = exchange.request.headers.find(([name]) => name.toLowerCase() === 'accept')?.[1] ?? '';
  return mediaTypeOf(exchange) === EVENT_STREAM || accept.trim() === EVENT_STREAM;
}
