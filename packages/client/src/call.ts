import { readText } from './body.ts';
import {
  type AgentProtoError,
  ConnectTimeoutError,
  HttpError,
  MalformedResponseError,
  TotalTimeoutError,
} from './errors.ts';
import type { Ending } from './ending.ts';
import { Lifetime } from './lifetime.ts';
import { type HeaderRecord, headerRecord, type HeadersGiven } from './headers.ts';
import { place } from './middleware.ts';
import type { ClientResponse, Send } from './platform/raw.ts';
import { type Redact, redactor } from './redact.ts';
import { infoOf, keepResponse, type ResponseInfo } from './response-info.ts';
import { retryAfterMs, type RetryPolicy } from './retry.ts';
import { sentenceIn } from './sentence.ts';
import { checkPositive, type Timeouts, type Transport } from './transport.ts';

/** What every call may say for itself; it wins over what the client was given. */
export interface CallOptions {
  signal?: AbortSignal;
  headers?: HeadersGiven;
  timeouts?: Timeouts;
  retry?: RetryPolicy | false;
}

/** One call of an operation, with all that is said for it, by the client or the call. */
export interface Call<Name extends string = string> {
  name: Name;
  send: Send;
  headers: HeaderRecord;
  endings: readonly (Ending | undefined)[];
  timeouts: Transport['timeouts'];
  limits: Transport['limits'];
  retry: RetryPolicy | false;
  /** Takes credentials out of what the server says. */
  redact: Redact;
  tokens: Transport['tokens'];
  /** Repeating it changes nothing. */
  safe: boolean;
  /** The answer is a stream. */
  streams: boolean;
  /** The head of the answer waits for the agent's work. */
  blocking: boolean;
}

export type CallKind<Name extends string = string> = Pick<Call<Name>, 'name' | 'safe' | 'streams' | 'blocking'>;

/** `own` are the protocol's headers, which the client's and the call's may replace. */
export function createCall<Name extends string>(
  { send, timeouts, limits, retry, tokens, headers: ofClient }: Transport,
  closed: Lifetime,
  kind: CallKind<Name>,
  own: HeaderRecord,
  options: CallOptions,
): Call<Name> {
  checkPositive(options.timeouts);
  const ofCall = options.headers && headerRecord(options.headers);
  return {
    ...kind,
    send,
    headers: { ...own, ...ofClient, ...ofCall },
    endings: [options.signal, closed],
    timeouts: options.timeouts ? { ...timeouts, ...options.timeouts } : timeouts,
    limits,
    tokens,
    redact: redactor(() => [...tokens, ...Object.values(ofClient), ...Object.values(ofCall ?? {})]),
    retry: options.retry ? { ...retry, ...options.retry } : (options.retry ?? retry),
  };
}

/** What a call's time and end depend on. */
export type Timed = Pick<Call, 'name' | 'endings' | 'timeouts' | 'streams'>;

const UNARY_TOTAL_MS = 300_000;

/** Ends with the caller, with the client, or after `timeouts.totalMs`. */
export function lifeOf({ name, endings, timeouts, streams }: Timed): Lifetime {
  const life = new Lifetime(endings);
  const limitMs = timeouts.totalMs ?? (streams ? Infinity : UNARY_TOTAL_MS);
  life.limit(limitMs, () => new TotalTimeoutError(`${name}: not done`, limitMs));
  return life;
}

/** What is sent. */
export interface Envelope {
  method: string;
  url: string;
  /** Of the body. */
  mediaType: string;
  body?: string;
}

/** A successful answer whose body is yet to be read. */
export interface Answer {
  response: ClientResponse;
  /** Of this attempt; whoever reads the answer closes it. */
  life: Lifetime;
  /** For messages. */
  where: string;
  info: ResponseInfo;
}

/** Makes one attempt; `failure` says what an answer with an error status means, where the protocol has a word for it. */
export async function request(
  call: Call,
  { method, url, mediaType, body }: Envelope,
  attempt: number,
  life: Lifetime,
  failure: (answer: Answer, text: string) => AgentProtoError | undefined,
): Promise<Answer> {
  const { name, send, timeouts, blocking } = call;
  const where = place({ operation: name, url });
  const headers = body === undefined ? call.headers : { 'content-type': mediaType, ...call.headers };
  try {
    life.throwIfAborted();
    const limitMs = blocking ? Infinity : timeouts.connectMs;
    life.limit(limitMs, () => new ConnectTimeoutError(`${where}: no answer`, limitMs));
    const response = await life.race(send({ operation: name, attempt, method, url, headers, body, until: life }));
    const answer = { response, life, where, info: infoOf(name, url, attempt, response) };
    if (response.status >= 200 && response.status < 300) return answer;
    const text = await textOf(answer, call).catch(() => {
      life.throwIfAborted();
      return '';
    });
    const error = failure(answer, text) ?? httpError(answer, text, call);
    keepResponse(error, answer.info);
    throw error;
  } catch (error) {
    life.close();
    throw error;
  }
}

/** An error status with a body that is no error of the protocol; what it says is taken from wherever it stands. */
function httpError({ response, where }: Answer, text: string, { tokens, redact }: Call): HttpError {
  const { status, headers } = response;
  let reason: string | undefined;
  try {
    reason = sentenceIn(JSON.parse(text));
  } catch {
    if (mediaTypeOf(response) === 'text/plain') reason = sentenceIn(text);
  }
  return new HttpError(where, status, redact(text), {
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
    reason: reason && redact(reason),
    ...(status === 401 && { hint: `, \`auth\` ${tokens.size > 0 ? 'was refused' : 'is missing or refused'}` }),
  });
}

export function textOf({ response, life, where }: Answer, { timeouts, limits }: Call): Promise<string> {
  return readText(response, life, timeouts.idleMs, limits.bodyBytes, where);
}

/** Parses a body that should be JSON; says what came in its place. */
export function parseJson(text: string, { response, where }: Answer, redact: Redact): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const type = mediaTypeOf(response);
    const got = text.trim() === '' ? 'an empty body' : /json/.test(type) ? undefined : type;
    // Without the cause: its message has a piece of the text in it.
    throw new MalformedResponseError('JSON', where, redact(text), { got });
  }
}

export function mediaTypeOf(response: ClientResponse): string {
  const type = response.headers.get('content-type') ?? '';
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}
