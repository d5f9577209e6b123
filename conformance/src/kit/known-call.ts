import type { Exchange } from '@agentproto/recording';

/** Which call of its protocol an exchange is, read from the exchange alone: nobody told the recording. */
export type KnownCall = Pick<Exchange, 'binding' | 'operation'>;

export { routesOf, type Route } from '@agentproto/protocol/routes';
