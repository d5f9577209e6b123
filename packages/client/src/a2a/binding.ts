import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Report } from './deviation.ts';
import type { Place } from '../json.ts';

export type BindingName = 'JSONRPC' | 'HTTP+JSON';

/** One operation as a binding puts it on the wire, and how that binding reads what comes back. */
export interface WireCall {
  method: string;
  url: string;
  /** Of the request, and of an answer that is no stream. */
  mediaType: string;
  body?: string;
  /** Whether the next way is worth a try after this error. Default: where there is no such route. */
  yields?(error: unknown): boolean;
  /** The result in a parsed answer or event. Throws the A2A error that it holds, or `MalformedResponseError`. */
  result(answer: unknown, httpStatus: number, where: Place, report: Report): unknown;
}

/** The ways to carry an operation, best first; a later one is for servers that have no route for the one before. */
export type Binding = (method: MethodName, params: object) => WireCall[];
