import { signalOf } from './ending.ts';
import { headerRecord } from './headers.ts';
import type { ClientResponse, Send } from './platform/raw.ts';

/** One HTTP request as a client is about to send it. */
export interface ClientRequest {
  /** The operation in the protocol's own term (`SendMessage`, `card` …). */
  readonly operation: string;
  /** Counts from 1; above 1 the client's own retry is at work. */
  readonly attempt: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

export type Next = (request: ClientRequest) => Promise<ClientResponse>;

/**
 * A layer around every request, streams alike. It may change the request, answer by itself, look at the response
 * (without reading its body), or call `next` again: a body is a string, so a request can be sent twice. What it answers
 * with may be a `Response`.
 */
export type Middleware = (request: ClientRequest, next: Next) => Promise<ClientResponse>;

/** The first layer is the outermost. */
export function compose(layers: readonly Middleware[], send: Send): Send {
  if (layers.length === 0) return send;
  const last: Next = (request) => send({ ...request, headers: headerRecord(request.headers), until: request.signal });
  const first = layers.reduceRight<Next>((next, layer) => (request) => layer(request, next), last);
  return ({ headers, until, ...request }) =>
    first({ ...request, headers: new Headers(headers), signal: signalOf(until) });
}

/** Calls mostly go where the one before went, and taking a url to pieces costs as much as sending it. */
let latest = { url: '', at: '' };

/** For messages: origin and path, without user, password and query. */
export function place({ operation, url }: Pick<ClientRequest, 'operation' | 'url'>): string {
  if (url !== latest.url) {
    const { origin, pathname } = new URL(url);
    latest = { url, at: origin + pathname };
  }
  return `${operation} at ${latest.at}`;
}
