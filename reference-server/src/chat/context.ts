import type { RequestInfo } from '@agentproto/script';
import type { ServerContext } from '../server-context.ts';
import type { ChatImpl } from './impl.ts';
import type { ChatSettings } from './options.ts';

/**
 * What every function of the record is given. Functions call each other through `impl`, so that an override
 * is seen everywhere.
 */
export interface ChatContext extends ServerContext {
  impl: ChatImpl;
  settings: ChatSettings;
  /** Of the family: `docs`, `dcaf-2.1`. */
  revision: string;
}

/** One turn that is asked for, whatever the way in. */
export interface Call {
  owner: string;
  /** The ways in, as specs/chat names them. */
  binding: 'HTTP' | 'NDJSON' | 'WebSocket';
  /** It came by an old path (server: Legacy Endpoints). */
  legacy: boolean;
  /** What the server saw of the request, for `echo`; the turn's own context comes on top. */
  seen: RequestInfo;
  /** Aborts when the caller has left, or the server closes. */
  signal: AbortSignal;
}
