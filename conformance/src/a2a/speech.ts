import { METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Headers } from '@agentproto/recording';
import { isRecord } from '../kit/json.ts';
import { restErrorView, type ErrorView } from './error-view.ts';

/** How an era says operations and their answers over one binding; the words of 1.0 are those of the suite. */
export interface Speech {
  /** Headers of every request. */
  version: Headers;
  /** Media types of the binding's own JSON, the first as what is sent. */
  mediaTypes: readonly [string, ...string[]];
  /** Its operations. */
  methods: readonly MethodName[];
  /** What a request says: its params, or its body and what is in its path and query. */
  write(method: MethodName, params: Record<string, unknown>): Record<string, unknown> | undefined;
  /** A result in the words of 1.0; as it came where nobody could say what it is. */
  read(method: MethodName | undefined, result: unknown): unknown;
  /** The same of an event; `isFirst` of its stream. */
  readEvent(result: unknown, isFirst: boolean): unknown;
}

/** Over JSON-RPC. */
export interface RpcSpeech extends Speech {
  /** What a method is called. */
  nameOf(method: MethodName): string;
}

/** Over HTTP+JSON. */
export interface RestSpeech extends Speech {
  /** Verbs and the path below the interface's url, with the members of the written request that stand in it. */
  routeOf(method: MethodName): { verbs: readonly string[]; path: string };
  readError(body: unknown, httpStatus: number): ErrorView;
  /** A body that can be read as a failure. */
  isFailure(body: unknown): boolean;
  /** An event that tells of a failure. */
  isFailedEvent(event: unknown): event is Record<string, unknown>;
}

const methods = Object.keys(METHODS) as MethodName[];
const asItIs = {
  version: [['A2A-Version', '1.0']] as Headers,
  methods,
  write: (_method: MethodName, params: Record<string, unknown>) => params,
  read: (_method: MethodName | undefined, result: unknown) => result,
  readEvent: (result: unknown) => result,
};

export const rpc10: RpcSpeech = { ...asItIs, mediaTypes: ['application/json'], nameOf: (method) => method };

export const rest10: RestSpeech = {
  ...asItIs,
  mediaTypes: ['application/a2a+json', 'application/json'],
  routeOf: (method) => METHODS[method].http,
  readError: restErrorView,
  isFailure: (body) => isRecord(body) && isRecord(body.error),
  isFailedEvent: (event): event is Record<string, unknown> => isRecord(event) && isRecord(event.error),
};
