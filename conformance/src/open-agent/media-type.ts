import type { Exchange } from '@agentproto/recording';

export const JSON_TYPE = 'application/json';
export const EVENT_STREAM = 'text/event-stream';

/** Without its parameters, in lower case. */
export const mediaTypeOf = ({ response }: Exchange): string | undefined =>
  response?.headers
    .find(([name]) => name.toLowerCase() === 'content-type')?.[1]
    .split(';', 1)[0]!
    .trim()
    .toLowerCase();
