import type { Json } from './script.ts';

/** What a server saw of the request; `echo` sends it back. A server puts in what it can: method, path, headers … */
export type RequestInfo = { [name: string]: Json };

/** What the caller said about a tool call `by: approval`. */
export interface Decision {
  id: string;
  approved: boolean;
  reason?: string;
}

/** What the caller's own run of a tool call `by: client` gave. */
export interface ToolOutput {
  /** Absent where the protocol has none: then it is of the first open call of that name, or of the first at all. */
  id?: string;
  name?: string;
  output: Json;
}

/** The message that a turn answers. */
export interface TurnInput {
  text: string;
  /** Its data parts. */
  data?: Json[];
  decisions?: Decision[];
  outputs?: ToolOutput[];
  request?: RequestInfo;
}
