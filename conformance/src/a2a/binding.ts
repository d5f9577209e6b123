import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE, METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange, Headers } from '@agentproto/recording';
import type { RequestSpec } from '../recorder/recorder.ts';
import type { RequirementId } from '@agentproto/rules';
import { NotApplicable } from '../kit/stops.ts';
import type { Unread } from '../kit/subject.ts';
import { restErrorView, rpcErrorView, type ErrorView } from './error-view.ts';
import { isRecord } from '../kit/json.ts';
import { rest10, rpc10, type RestSpeech, type RpcSpeech, type Speech } from './speech.ts';
import { unreadAnswer } from './unread.ts';

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
  /** The form in which a message is said, where an era has two. */
  form?: 'text' | 'flat';
  /** Added to the URL's query. */
  query?: [name: string, value: string][];
}

/** Another way to say the same, where a target takes the usual one not. */
export interface Otherwise {
  options: CallOptions;
  /** The row that is broken where this one is taken, and what the target does. */
  row: RequirementId;
  what: string;
  /** That it is refused in another way says nothing. */
  mustBeTaken?: boolean;
}

/** How one binding says an operation and an answer. */
export interface Binding {
  name: 'JSONRPC' | 'HTTP+JSON';
  /** Its operations. */
  methods: readonly MethodName[];
  /** @throws NotApplicable for an operation that there is none of. */
  request(method: MethodName, params: Record<string, unknown>, options?: CallOptions): RequestSpec;
  /** What a whole answer says: a result or a failure; neither, where it cannot be read. */
  read(exchange: Exchange): { result?: unknown; error?: ErrorView };
  /** What one stream event says. */
  readEvent(json: unknown, exchange: Exchange): { result?: unknown; error?: ErrorView };
  /** Why an answer that came says neither; undefined where it does, or where nothing came. */
  unread(exchange: Exchange): Unread | undefined;
  /** Why a stream that broke off before it had an event is no answer; undefined where that is the row's own matter. */
  brokeOff?(exchange: Exchange): Unread | undefined;
  /** How the request could be said otherwise, where it was refused for how it was said. */
  otherwise?(exchange: Exchange, given: CallOptions): Otherwise | undefined;
  /** There is no such route by this verb. */
  isUnknownVerb(exchange: Exchange): boolean;
}

function owned({ methods }: Speech, method: MethodName, name: string): void {
  if (!methods.includes(method)) throw new NotApplicable(`there is no ${method} over ${name} in this era`);
}

/** The event that a stream begins with; comments are none. */
export const openingOf = ({ frames }: Exchange) => frames.find(({ kind }) => kind !== 'sse-comment');

function isFirst(json: unknown, exchange: Exchange): boolean {
  const opening = openingOf(exchange);
  return opening === undefined || opening.json === json;
}

function headers(own: Headers, given: Headers = []): Headers {
  const replaced = new Set(given.map(([name]) => name.toLowerCase()));
  return [...own.filter(([name]) => !replaced.has(name.toLowerCase())), ...given.filter(([, value]) => value !== '')];
}

export function jsonRpc(
  url: string,
  tenant: string | undefined,
  nextId: () => string,
  speech: RpcSpeech = rpc10,
): Binding {
  const read = (json: unknown, status: number, tell: (result: unknown) => unknown) => {
    if (!isRecord(json)) return {};
    if (isRecord(json.error)) return { error: rpcErrorView(json.error, status) };
    return 'result' in json ? { result: tell(json.result) } : {};
  };
  return {
    name: 'JSONRPC',
    methods: speech.methods,
    request(method, params, options = {}) {
      owned(speech, method, 'JSON-RPC');
      const written = speech.write(method, params);
      const message = {
        jsonrpc: '2.0',
        id: options.id === undefined ? nextId() : options.id,
        method: speech.nameOf(method),
        ...(written && { params: { ...(tenant ? { tenant } : {}), ...written } }),
      };
      const own: Headers = [
        ...speech.version,
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
    read: (exchange) =>
      read(exchange.response?.json, exchange.response?.status ?? 0, (result) =>
        speech.read(exchange.operation as MethodName | undefined, result),
      ),
    readEvent: (json, exchange) =>
      read(json, exchange.response?.status ?? 0, (result) => speech.readEvent(result, isFirst(json, exchange))),
    unread: (exchange) => unreadAnswer(exchange),
    isUnknownVerb: () => false,
  };
}

export function httpJson(
  base: string,
  tenant: string | undefined,
  /** Of request bodies: the one that the era recommends, unless the target is known to refuse it. */
  mediaType?: () => string,
  speech: RestSpeech = rest10,
): Binding {
  const accepted = speech.mediaTypes.join(', ');
  return {
    name: 'HTTP+JSON',
    methods: speech.methods,
    request(method, params, options = {}) {
      owned(speech, method, 'HTTP+JSON');
      const { verbs, path } = speech.routeOf(method);
      const verb = options.verb ?? verbs[0]!;
      const rest: Record<string, unknown> = { ...speech.write(method, params) };
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
        ...speech.version,
        ['Accept', METHODS[method].stream ? `text/event-stream, ${accepted}` : accepted],
      ];
      if (hasBody) own.push(['Content-Type', mediaType?.() ?? speech.mediaTypes[0]]);
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
    read({ response, operation }) {
      if (!response) return {};
      if (response.status >= 400) return { error: speech.readError(response.json, response.status) };
      return response.json === undefined
        ? {}
        : { result: speech.read(operation as MethodName | undefined, response.json) };
    },
    readEvent(json, exchange) {
      // In a stream the HTTP status is long sent: the body's own says what the failure is.
      if (speech.isFailedEvent(json)) {
        const code = isRecord(json.error) ? json.error.code : undefined;
        return { error: speech.readError(json, typeof code === 'number' ? code : (exchange.response?.status ?? 0)) };
      }
      return { result: speech.readEvent(json, isFirst(json, exchange)) };
    },
    unread: (exchange) => noRoute(exchange, speech) ?? unreadAnswer(exchange, speech.isFailure),
    otherwise: asPlainJson,
    isUnknownVerb,
  };
}

/** HTTP has answered in the protocol's place: the operation has no route, or not by its verb. Of 404 that cannot be told, which is a task's as well. */
function noRoute({ operation, response }: Exchange, { readError }: RestSpeech): Unread | undefined {
  if (operation === undefined || (response?.status !== 405 && response?.status !== 501)) return undefined;
  const { status, json } = response;
  if (status === 501 && readError(json, status).by !== 'status') return undefined;
  return {
    by: 'A2A10-REST-001',
    expected: `a route for ${operation}`,
    actual: { httpStatus: status, ...(json === undefined ? {} : { body: json }) },
  };
}

/** As plain JSON where `application/a2a+json` alone is refused (11.1). */
function asPlainJson(exchange: Exchange, given: CallOptions): Otherwise | undefined {
  const says = (given.headers ?? []).some(([name]) => name.toLowerCase() === 'content-type');
  if (says || !refusesA2aJson(exchange)) return undefined;
  return {
    options: { ...given, headers: [...(given.headers ?? []), ['Content-Type', JSON_MEDIA_TYPE]] },
    row: 'A2A10-REST-003',
    what: `refuses ${A2A_MEDIA_TYPE} (HTTP ${exchange.response?.status}): ${JSON_MEDIA_TYPE} is sent instead`,
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
