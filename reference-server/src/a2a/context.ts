import type { RequestInfo, WireFault } from '@agentproto/script';
import type { ServerContext } from '../server-context.ts';
import type { A2AImpl } from './impl.ts';
import type { A2ASettings } from './options.ts';

/**
 * What every function of the record is given. Functions call each other through `impl`, so that an override
 * is seen everywhere.
 */
export interface A2AContext extends ServerContext {
  impl: A2AImpl;
  settings: A2ASettings;
  /** When the server was made; milliseconds since the epoch. */
  madeAt: number;
}

/** One call of an operation, whatever the binding. */
export interface Call {
  owner: string;
  tenant: string | undefined;
  /** The binding in the spec's own term. */
  binding: 'JSONRPC' | 'HTTP+JSON';
  /** Extensions that the caller asked for and the server has. */
  extensions: readonly string[];
  /** Of a stream that is taken up again: the last event that was seen. */
  lastEventId: string | undefined;
  /** What the server saw of the request, for `echo`. Made only when it is asked for. */
  seen: () => RequestInfo;
  /** Aborts when the caller has left, or the server closes. */
  signal: AbortSignal;
  /** Filled in while the call is answered: a fault of the wire that the script wants for a plain answer. */
  fault?: WireFault;
}
