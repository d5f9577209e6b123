import type { IncomingHttpHeaders } from 'node:http';
import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE, METHODS } from '@agentproto/protocol/a2a/1.0';
import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import type { Answer, StreamAnswer } from '../answer.ts';
import { parseJsonBody } from '../body.ts';
import { HttpError } from '../http-error.ts';
import type { A2AContext } from './context.ts';
import type { HttpRequest, RestRoute } from './call.ts';
import { httpErrorBody } from './errors.ts';
import { essence } from './accept.ts';
import { A2AError, invalidParams } from './a2a-error.ts';
import { SseAnswer } from './sse.ts';

export interface RestPattern {
  path: RegExp;
  /** The method for each HTTP verb. */
  methods: ReadonlyMap<string, string>;
}

/** One for each path, `/tasks/{id}:cancel` before `/tasks/{id}`: a verb is no part of an id. */
export function restPatterns(
  rows: readonly { name: string; path: string; verbs: readonly string[] }[],
): readonly RestPattern[] {
  return [...new Set(rows.map(({ path }) => path))]
    .toSorted((a, b) => Number(b.includes('}:')) - Number(a.includes('}:')))
    .map((template) => ({
      path: new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
      methods: new Map(
        rows.flatMap(({ name, path, verbs }) =>
          path === template ? verbs.map((verb): [string, string] => [verb, name]) : [],
        ),
      ),
    }));
}

const PATTERNS = restPatterns(Object.entries(METHODS).map(([name, { http }]) => ({ name, ...http })));

/** The HTTP+JSON binding (§11). */
export async function answerRest(ctx: A2AContext, request: HttpRequest): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  try {
    const { method, params } = impl.matchRoute(ctx, request.verb, request.path);
    const {
      call,
      method: operation,
      result,
      items,
    } = await impl.dispatch(ctx, {
      binding: 'HTTP+JSON',
      method,
      params: { ...impl.readRestRequest(ctx, request), ...params },
      request,
    });
    const extensions = impl.extensionHeaders(ctx, call.extensions);
    if (!items)
      return {
        status: 200,
        headers: { ...impl.restHeaders(ctx, request.headers), ...call.headers, ...extensions },
        body: JSON.stringify(impl.restResult(ctx, impl.writeResult(ctx, 'HTTP+JSON', operation, result))),
        fault: call.fault,
      };
    return new RestStream(ctx, { left: request.left, headers: extensions, items });
  } catch (error) {
    return restFailure(ctx, request.headers, error);
  }
}

class RestStream extends SseAnswer {
  protected data(event: StreamResponse): string {
    const { ctx } = this;
    return JSON.stringify(ctx.impl.restEvent(ctx, ctx.impl.writeEvent(ctx, 'HTTP+JSON', event)));
  }

  protected failureData(error: unknown): string {
    const { ctx } = this;
    return JSON.stringify(bodyOf(ctx, ctx.impl.told(ctx, error)).body);
  }
}

/** Any failure as an answer. */
export function restFailure(ctx: A2AContext, asked: IncomingHttpHeaders, error: unknown): Answer {
  const known = ctx.impl.told(ctx, error);
  const { status, body } = bodyOf(ctx, known);
  const headers = { ...ctx.impl.restHeaders(ctx, asked), ...(known instanceof HttpError && known.headers) };
  return { status, headers, body: JSON.stringify(body) };
}

function bodyOf(ctx: A2AContext, error: A2AError | HttpError): { status: number; body: object } {
  const made = error instanceof A2AError ? ctx.impl.restErrorBody(ctx, error) : httpErrorBody(error);
  return { status: made.error.code, body: ctx.impl.writeRestError(ctx, made, error) };
}

/** Finds the operation; a tenant may stand in front (§5.3). Throws an HttpError, 404 or 405. */
export function matchRoute(_ctx: A2AContext, verb: string, path: string): RestRoute {
  const [, tenant = '', rest = ''] = /^\/([^/]+)(\/.+)$/.exec(path) ?? [];
  return routeAt(matchPath(PATTERNS, path, {}) ?? matchPath(PATTERNS, rest, { tenant }), verb, path);
}

/** What is found at a path, for the verb. Throws an HttpError, 404 or 405. */
export function routeAt(found: ReturnType<typeof matchPath>, verb: string, path: string): RestRoute {
  if (!found) throw new HttpError('NOT_FOUND', `There is nothing at ${path}.`);
  const method = found.methods.get(verb);
  if (method) return { method, params: mapValues(found.params, decode) };
  const allow = [...found.methods.keys()].join(', ');
  throw new HttpError('METHOD_NOT_ALLOWED', `${path}: expected ${allow}, got ${verb}`, { allow });
}

export function matchPath(patterns: readonly RestPattern[], given: string, params: Record<string, string>) {
  for (const { path, methods } of patterns) {
    const match = path.exec(given);
    if (match) return { methods, params: { ...match.groups, ...params } };
  }
  return undefined;
}

function mapValues(record: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError('BAD_REQUEST', `The path is not percent-encoded UTF-8: ${text.slice(0, 100)}`);
  }
}

/**
 * What the body (POST) or the query (GET, DELETE) says. Where nothing need be said, the SDKs send no body, `{}`, or
 * `null` (Go), with or without a type: all of these are an empty object.
 */
export function readRestRequest(ctx: A2AContext, { verb, query, headers, body }: HttpRequest): object {
  if (verb !== 'POST') return readQuery(query);
  if (body.length <= EMPTY_BYTES && EMPTY.test(body.toString('latin1'))) return {};
  ctx.impl.checkContentType(ctx, headers);
  let value: unknown;
  try {
    value = parseJsonBody(body);
  } catch (error) {
    throw new A2AError('JSONParseError', `Invalid JSON payload: ${(error as SyntaxError).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalidParams([
    {
      field: '',
      description: `The body: expected an object, got ${Array.isArray(value) ? 'an array' : String(value).slice(0, 60)}`,
    },
  ]);
}

const EMPTY = /^\s*(?:null|\{\s*\})?\s*$/;
/** More than any of them has: a longer body says something. */
const EMPTY_BYTES = 64;

const text = (value: string): unknown => value;
/** What is no number stays a text, and is refused with its field's name. */
const integer = (value: string): unknown => (/^-?\d{1,10}$/.test(value) ? Number(value) : value);
const boolean = (value: string): unknown => (value === 'true' ? true : value === 'false' ? false : value);

/** The parameters of the query; others are ignored (§11.5). */
const QUERY: Readonly<Record<string, (value: string) => unknown>> = {
  tenant: text,
  contextId: text,
  status: text,
  pageSize: integer,
  pageToken: text,
  historyLength: integer,
  statusTimestampAfter: text,
  includeArtifacts: boolean,
};

function readQuery(query: URLSearchParams): object {
  const given = [...query].filter(([name, value]) => Object.hasOwn(QUERY, name) && value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, QUERY[name]!(value)]));
}

/**
 * Plain JSON for a caller that says that it takes nothing else (a2a-go reads no other error), and by 1.0.0, where
 * only who names the other type gets it (§11.1).
 */
export function restHeaders({ settings }: A2AContext, { accept = '*/*' }: IncomingHttpHeaders): Record<string, string> {
  const asked = accept.split(',').map(essence);
  const named = settings.errorTable === '1.0.0' ? [A2A_MEDIA_TYPE] : ['*/*', 'application/*', A2A_MEDIA_TYPE];
  return { 'content-type': named.some((type) => asked.includes(type)) ? A2A_MEDIA_TYPE : JSON_MEDIA_TYPE };
}

export const restResult = (_ctx: A2AContext, result: unknown): unknown => result;

/** The data of an event (§11.7). */
export const restEvent = (_ctx: A2AContext, event: StreamResponse): unknown => event;
