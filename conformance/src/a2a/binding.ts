import { A2A_MEDIA_TYPE, METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange, Headers } from '@agentproto/recording';
import type { RequestSpec } from '../recorder/recorder.ts';
import { restErrorView, rpcErrorView, type ErrorView } from './error-view.ts';
import { isRecord } from '../kit/json.ts';

export interface CallOptions {
  /** Replace the headers of the same name; an empty value leaves the header out. */
  headers?: Headers;
  /** HTTP+JSON: the verb, where the operation has several. */
  verb?: string;
  /** JSON-RPC: the request's id; default a new string. */
  id?: unknown;
  /** A rule is broken on purpose: invariants do not look. */
  hostile?: boolean;
  /** Sent as the body instead of what the binding would write. */
  body?: string;
  /** Added to the URL's query. */
  query?: [name: string, value: string][];
}

/** How one binding says an operation and an answer. */
export interface Binding {
  name: 'JSONRPC' | 'HTTP+JSON';
  request(method: MethodName, params: Record<string, unknown>, options?: CallOptions): RequestSpec;
  /** What a whole answer says: a result or a failure; neither, where it cannot be read. */
  read(exchange: Exchange): { result?: unknown; error?: ErrorView };
  /** What one stream event says. */
  readEvent(json: unknown, exchange: Exchange): { result?: unknown; error?: ErrorView };
}

const VERSION: [string, string] = ['A2A-Version', '1.0'];

function headers(own: Headers, given: Headers = []): Headers {
  const replaced = new Set(given.map(([name]) => name.toLowerCase()));
  return [...own.filter(([name]) => !replaced.has(name.toLowerCase())), ...given.filter(([, value]) => value !== '')];
}

export function jsonRpc(url: string, tenant: string | undefined, nextId: () => string): Binding {
  const read = (json: unknown, status: number) => {
    if (!isRecord(json)) return {};
    if (isRecord(json.error)) return { error: rpcErrorView(json.error, status) };
    return 'result' in json ? { result: json.result } : {};
  };
  return {
    name: 'JSONRPC',
    request(method, params, options = {}) {
      const message = {
        jsonrpc: '2.0',
        id: options.id === undefined ? nextId() : options.id,
        method,
        params: { ...(tenant ? { tenant } : {}), ...params },
      };
      const own: Headers = [
        VERSION,
        ['Content-Type', 'application/json'],
        ['Accept', METHODS[method].stream ? 'text/event-stream, application/json' : 'application/json'],
      ];
      return {
        method: 'POST',
        url: withQuery(url, options.query ?? []),
        headers: headers(own, options.headers),
        body: options.body ?? JSON.stringify(message),
        binding: 'JSONRPC',
        operation: method,
        ...(options.hostile ? { hostile: true } : {}),
      };
    },
    read: (exchange) => read(exchange.response?.json, exchange.response?.status ?? 0),
    readEvent: (json, exchange) => read(json, exchange.response?.status ?? 0),
  };
}

export function httpJson(
  base: string,
  tenant: string | undefined,
  /** Of request bodies: the one that 11.1 recommends, unless the target is known to refuse it. */
  mediaType: () => string = () => A2A_MEDIA_TYPE,
): Binding {
  return {
    name: 'HTTP+JSON',
    request(method, params, options = {}) {
      const { verbs, path } = METHODS[method].http;
      const verb = options.verb ?? verbs[0]!;
      const rest: Record<string, unknown> = { ...params };
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = rest[name];
        delete rest[name];
        return encodeURIComponent(String(value));
      });
      const url = `${base.replace(/\/$/, '')}${tenant ? `/${encodeURIComponent(tenant)}` : ''}${filled}`;
      const hasBody = verb === 'POST';
      const query: [string, string][] = hasBody
        ? []
        : Object.entries(rest).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, String(value)] as [string, string]],
          );
      const own: Headers = [
        VERSION,
        [
          'Accept',
          METHODS[method].stream
            ? 'text/event-stream, application/a2a+json, application/json'
            : 'application/a2a+json, application/json',
        ],
      ];
      if (hasBody) own.push(['Content-Type', mediaType()]);
      return {
        method: verb,
        url: withQuery(url, [...query, ...(options.query ?? [])]),
        headers: headers(own, options.headers),
        ...(hasBody ? { body: options.body ?? JSON.stringify(rest) } : {}),
        binding: 'HTTP+JSON',
        operation: method,
        ...(options.hostile ? { hostile: true } : {}),
      };
    },
    read({ response }) {
      if (!response) return {};
      if (response.status >= 400) return { error: restErrorView(response.json, response.status) };
      return response.json === undefined ? {} : { result: response.json };
    },
    readEvent(json, exchange) {
      // In a stream the HTTP status is long sent: the body's own says what the failure is.
      if (isRecord(json) && isRecord(json.error))
        return {
          error: restErrorView(
            json,
            typeof json.error.code === 'number' ? json.error.code : (exchange.response?.status ?? 0),
          ),
        };
      return { result: json };
    },
  };
}

/** The target takes no body that is called `application/a2a+json`; how it says so is no matter here. */
export function refusesA2aJson({ binding, request, response }: Exchange): boolean {
  if (binding !== 'HTTP+JSON' || !response) return false;
  const sent = request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (sent !== A2A_MEDIA_TYPE) return false;
  return (
    response.status === 415 ||
    (response.status >= 400 && restErrorView(response.json, response.status).reason === 'CONTENT_TYPE_NOT_SUPPORTED')
  );
}

/** There is no such route: which of its two verbs SubscribeToTask has over HTTP+JSON is open (5.3, 11.3.2), and so is how the other is refused. */
export function isUnknownVerb({ binding, operation, response }: Exchange): boolean {
  if (binding !== 'HTTP+JSON' || operation !== 'SubscribeToTask' || !response) return false;
  return (
    response.status === 405 ||
    (response.status === 404 && restErrorView(response.json, 404).reason !== 'TASK_NOT_FOUND')
  );
}

function withQuery(url: string, query: readonly [string, string][]): string {
  if (query.length === 0) return url;
  const whole = new URL(url);
  for (const [name, value] of query) whole.searchParams.append(name, value);
  return whole.href;
}

/** The same, but its exchanges count as nobody's. */
export const beside = (binding: Binding): Binding => ({
  ...binding,
  request(...args) {
    const { operation: _left, ...spec } = binding.request(...args);
    return { ...spec, binding: 'probe' };
  },
});
