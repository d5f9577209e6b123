import type { IncomingHttpHeaders } from 'node:http';
import type { METHODS as METHODS_07 } from '@agentproto/protocol/open-agent/0.7';
import type { METHODS as METHODS_README } from '@agentproto/protocol/open-agent/readme';
import type { RequestInfo } from '@agentproto/script';
import type { Caller } from '../identity.ts';
import type { Scope } from './options.ts';

export type Operation = keyof typeof METHODS_07 | keyof typeof METHODS_README;

/** Who asks, by a key or a session. `owner` is the id of the account. */
export interface Who {
  owner: string;
  scopes: readonly Scope[];
  /** The id of the key that was shown. */
  key?: string;
  /** The only team that the key is for. */
  team?: string;
}

/** One operation that is asked for. */
export interface Call extends Caller, Who {
  operation: Operation;
  /** What the server saw of the request, for `echo`. */
  seen: RequestInfo;
  /** Aborts when the caller has left, or the server closes. */
  signal: AbortSignal;
}

export interface HttpRequest {
  method: string;
  /** With its query. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Members of the path. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Empty when there is none. */
  body: Buffer;
  /** Aborts when the caller has left, or the server closes. */
  readonly signal: AbortSignal;
}
