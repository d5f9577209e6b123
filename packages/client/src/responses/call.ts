import {
  type Answer,
  type Call,
  type CallOptions,
  createCall,
  lifeOf,
  mediaTypeOf,
  parseJson,
  request,
  textOf,
} from '../call.ts';
import { errorSaid } from '../error-said.ts';
import { type AgentProtoError, MalformedResponseError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Lifetime } from '../lifetime.ts';
import { keepResponse, responseOf } from '../response-info.ts';
import { retryAfterMs, retrying } from '../retry.ts';
import type { Transport } from '../transport.ts';
import { type Deviation, type Report, reporter } from './deviation.ts';
import { ResponsesError } from './error.ts';

/** What all calls of one client share. */
export interface Connection {
  /** What stands before `/responses`. */
  url: string;
  transport: Transport;
  tell: (deviation: Deviation) => void;
  /** Ends when the client is closed. */
  closed: Lifetime;
}

export interface ResponsesCall extends Call {
  report: Report;
}

/** What is asked for; `path` stands below the client's url. */
export interface Asked {
  method: string;
  url: string;
  body?: string;
}

export const JSON_TYPE = 'application/json';
export const SSE_TYPE = 'text/event-stream';

export function responsesCall(
  { transport, tell, closed }: Connection,
  kind: Pick<Call, 'name' | 'safe' | 'streams' | 'blocking'>,
  options: CallOptions,
): ResponsesCall {
  const headers = { accept: kind.streams ? `${SSE_TYPE}, ${JSON_TYPE}` : JSON_TYPE };
  return { ...createCall(transport, closed, kind, headers, options), report: reporter(kind.name, tell) };
}

/** Where a path is, below the client's url; what that has after its path stays there. */
export function urlOf(base: string, path: string, query: Record<string, string> = {}): string {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** Asks until an answer comes that is a success, as often as the policy allows, and hands it to `take`. */
export function answerTo<T>(
  call: ResponsesCall,
  asked: Asked,
  life: Lifetime,
  take: (answer: Answer) => Promise<T>,
): Promise<T> {
  return retrying(call, life, async (attempt) =>
    take(await request(call, { ...asked, mediaType: JSON_TYPE }, attempt, life.child(), failureOf(call))),
  );
}

/** What the server calls the request that `value` is the result of (`x-request-id`), for those who run the server. */
export function requestIdOf(value: object): string | undefined {
  return responseOf(value)?.requestId;
}

/** The JSON of an answer; undefined for an empty body. Throws what a body with an error in it says. */
export async function readJson(answer: Answer, call: ResponsesCall): Promise<unknown> {
  try {
    const text = await textOf(answer, call);
    if (text.trim() === '') return undefined;
    const json = parseJson(text, answer, call.redact);
    const type = mediaTypeOf(answer.response);
    if (type !== JSON_TYPE)
      call.report('content-type', `${answer.where}: expected ${JSON_TYPE}, got ${type || 'none'}`);
    // An answer that says 200 and is an error.
    if (isObject(json) && isObject(json['error']) && json['object'] === undefined && json['id'] === undefined) {
      throw errorOf(answer, json, call) ?? new MalformedResponseError('a result', answer.where, call.redact(text));
    }
    keepResponse(json, answer.info);
    return json;
  } finally {
    answer.life.close();
  }
}

/** Sends a request whose answer is one piece of JSON. */
export async function perform(call: ResponsesCall, asked: Asked, life: Lifetime): Promise<unknown> {
  return answerTo(call, asked, life, (answer) => readJson(answer, call));
}

/** A call from its first attempt to its end. */
export async function within<T>(call: ResponsesCall, work: (life: Lifetime) => Promise<T>): Promise<T> {
  const life = lifeOf(call);
  try {
    return await work(life);
  } finally {
    life.close();
  }
}

/** What an answer with an error status means; undefined where it is a page, of a gateway for instance, or nothing. */
function failureOf(call: ResponsesCall): (answer: Answer, text: string) => AgentProtoError | undefined {
  return (answer, text) => {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      if (mediaTypeOf(answer.response) !== 'text/plain') return undefined;
      body = text;
    }
    return errorOf(answer, body, call);
  };
}

function errorOf(
  { response, where, info }: Answer,
  body: unknown,
  { redact, report }: ResponsesCall,
): ResponsesError | undefined {
  const said = errorSaid(body);
  if (!said) return undefined;
  const { status, headers } = response;
  if (!said.inShape) report('error-shape', `${where}: expected { error: { type, code, param, message } }`);
  const ms = Number(headers.get('retry-after-ms') || NaN);
  const should = headers.get('x-should-retry');
  return new ResponsesError(
    where,
    { ...said, message: redact(said.message) },
    {
      status: status < 300 ? undefined : status,
      retryAfterMs: ms >= 0 ? ms : retryAfterMs(headers.get('retry-after')),
      requestId: info.requestId,
      shouldRetry: should === 'true' ? true : should === 'false' ? false : undefined,
    },
  );
}

export function isResponse(value: unknown): boolean {
  return isObject(value) && typeof value['id'] === 'string' && Array.isArray(value['output']);
}
