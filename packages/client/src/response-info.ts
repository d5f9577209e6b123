import type { ClientResponse } from './platform/raw.ts';

/** The HTTP answer behind what a call gave. */
export interface ResponseInfo {
  /** The operation in the protocol's own term (`SendMessage`, `card` …). */
  readonly operation: string;
  /** Where the request went, with its query, which may hold credentials. */
  readonly url: string;
  /** Counts from 1: which attempt this answer is the answer to. */
  readonly attempt: number;
  readonly status: number;
  /** As they came; names in any case. */
  readonly headers: ClientResponse['headers'];
  /** `X-Request-Id`, or `X-Correlation-Id`: what whoever runs the server can look for in its logs. */
  readonly requestId: string | undefined;
  /** A2A: the whole JSON of an answer that is no stream, with the envelope of JSON-RPC; results are parts of it. */
  body?: unknown;
}

const INFOS = new WeakMap<object, ResponseInfo>();

/**
 * The HTTP answer that a result came in: of whatever a method gave, of a stream (its latest connection, once it is open), and of an
 * error that a server answered with. Undefined where there was none: no answer came, or the object is not one of these.
 */
export function responseOf(value: object): ResponseInfo | undefined {
  return INFOS.get(value);
}

export function keepResponse(value: unknown, info: ResponseInfo): void {
  if (typeof value === 'object' && value !== null) INFOS.set(value, info);
}

export function infoOf(operation: string, url: string, attempt: number, response: ClientResponse): ResponseInfo {
  const { status, headers } = response;
  const requestId = headers.get('x-request-id') ?? headers.get('x-correlation-id') ?? undefined;
  return { operation, url, attempt, status, headers, requestId };
}
