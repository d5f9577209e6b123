import { EXTENSIONS_HEADER, JSON_MEDIA_TYPE, VERSION, VERSION_HEADER } from '@agentproto/protocol/a2a/1.0';
import { readText } from '../body.ts';
import {
  type AgentProtoError,
  ConnectTimeoutError,
  HttpError,
  isAgentProtoError,
  MalformedResponseError,
  TotalTimeoutError,
} from '../errors.ts';
import { Lifetime } from '../lifetime.ts';
import { type Next, place } from '../middleware.ts';
import { retryAfterMs, retrying, type RetryPolicy } from '../retry.ts';
import { checkPositive, type Timeouts, type Transport } from '../transport.ts';
import type { ClientMethod, WireCall } from './binding.ts';
import type { Deviation, Report } from './deviation.ts';
import { isA2AError, saysMore } from './error.ts';

/** What every call may say for itself; it wins over what the client was given. */
export interface CallOptions {
  signal?: AbortSignal;
  headers?: HeadersInit;
  timeouts?: Timeouts;
  retry?: RetryPolicy | false;
  /** URIs of extensions to activate (§4.6), besides the client's. */
  extensions?: readonly string[];
}

export interface Session {
  transport: Transport;
  extensions: readonly string[];
  onDeviation: ((deviation: Deviation) => void) | undefined;
  /** Aborts when the client is closed. */
  closed: AbortSignal;
}

/** One operation, with all that is said for it, by the client or the call. */
export interface Operation {
  name: ClientMethod | 'card';
  /** The ways to carry it, best first. */
  calls: readonly WireCall[];
  send: Next;
  headers: Headers;
  signals: readonly (AbortSignal | undefined)[];
  timeouts: Transport['timeouts'];
  limits: Transport['limits'];
  retry: RetryPolicy | false;
  /** Repeating it changes nothing. */
  safe: boolean;
  /** The answer is a stream. */
  streams: boolean;
  /** The head of the answer waits for the agent's work (§3.2.2). */
  blocking: boolean;
  report: Report;
}

export type OperationKind = Pick<Operation, 'name' | 'calls' | 'safe' | 'streams' | 'blocking'> & { accept: string };

export function operation(
  { transport, extensions, onDeviation, closed }: Session,
  { accept, ...kind }: OperationKind,
  options: CallOptions,
): Operation {
  checkPositive(options.timeouts);
  const { send, timeouts, limits, retry } = transport;
  const headers = new Headers({ [VERSION_HEADER]: VERSION, accept });
  const activated = new Set([...extensions, ...(options.extensions ?? [])]);
  if (activated.size > 0) headers.set(EXTENSIONS_HEADER, [...activated].join(', '));
  for (const given of [transport.headers, new Headers(options.headers)]) {
    given.forEach((value, header) => headers.set(header, value));
  }
  return {
    ...kind,
    send,
    headers,
    signals: [options.signal, closed],
    timeouts: { ...timeouts, ...options.timeouts },
    limits,
    retry: options.retry ? { ...retry, ...options.retry } : (options.retry ?? retry),
    report: (deviation, message) => onDeviation?.({ kind: deviation, operation: kind.name, message }),
  };
}

/** A successful answer whose body is yet to be read. */
export interface Answer {
  response: Response;
  call: WireCall;
  operation: Operation;
  /** Of this attempt; whoever reads the answer closes it. */
  life: Lifetime;
  /** For messages. */
  where: string;
}

const UNARY_TOTAL_MS = 300_000;

/** Sends an operation, and hands its single result to `read`. */
export async function perform<T>(
  doing: Operation,
  read: (result: unknown, where: string, report: Report) => T,
): Promise<T> {
  const life = lifeOf(doing);
  try {
    return await attempts(doing, life, async (answer) => {
      try {
        return read(await readResult(answer), answer.where, doing.report);
      } finally {
        answer.life.close();
      }
    });
  } finally {
    life.close();
  }
}

/** Ends with the caller, with the client, or after `timeouts.totalMs`. */
export function lifeOf({ name, signals, timeouts, streams }: Operation): Lifetime {
  const life = Lifetime.of(signals);
  const limitMs = timeouts.totalMs ?? (streams ? Infinity : UNARY_TOTAL_MS);
  life.limit(limitMs, () => new TotalTimeoutError(`${name}: not done`, limitMs));
  return life;
}

/** Sends an operation until an answer comes that is a success and that `take` can read. */
export function attempts<T>(doing: Operation, life: Lifetime, take: (answer: Answer) => Promise<T>): Promise<T> {
  return retrying(doing, life, async (attempt) => {
    for (let way = 0; ; way++) {
      try {
        return await take(await request(doing, doing.calls[way]!, attempt, life.child()));
      } catch (error) {
        if (way === doing.calls.length - 1 || !isNoRoute(error)) throw error;
      }
    }
  });
}

async function request(doing: Operation, call: WireCall, attempt: number, life: Lifetime): Promise<Answer> {
  const { name, send, headers, timeouts, blocking } = doing;
  const { method, url, body } = call;
  const where = place({ operation: name, url });
  const ownHeaders = new Headers(headers);
  if (body !== undefined && !headers.has('content-type')) ownHeaders.set('content-type', call.mediaType);
  try {
    life.throwIfEnded();
    const limitMs = blocking ? Infinity : timeouts.connectMs;
    life.limit(limitMs, () => new ConnectTimeoutError(`${where}: no answer`, limitMs));
    const response = await life.race(
      send({ operation: name, attempt, method, url, headers: ownHeaders, body, signal: life.signal }),
    );
    const answer = { response, call, operation: doing, life, where };
    if (!response.ok) throw await failure(answer);
    return answer;
  } catch (error) {
    life.close();
    throw error;
  }
}

/** The result in an answer that is one JSON document. */
export async function readResult(answer: Answer): Promise<unknown> {
  const { response, call, where } = answer;
  const { report } = answer.operation;
  const text = await textOf(answer);
  const type = mediaTypeOf(response);
  // HTTP+JSON of 1.0.0 says `application/json`.
  if (type !== call.mediaType && type !== JSON_MEDIA_TYPE) {
    report('content-type', `${where}: expected ${call.mediaType}, got ${type || 'none'}`);
  }
  try {
    return call.result(JSON.parse(text), response.status, where, report);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new MalformedResponseError('JSON', where, text, { cause });
  }
}

/** What an answer with an error status means. */
async function failure(answer: Answer): Promise<AgentProtoError> {
  const { response, call, where, life } = answer;
  const { status, headers } = response;
  const text = await textOf(answer).catch(() => {
    life.throwIfEnded();
    return '';
  });
  try {
    call.result(JSON.parse(text), status, where, () => {});
  } catch (error) {
    if (isA2AError(error) && saysMore(error, status)) return error;
    // Else it is a gateway's page.
  }
  return new HttpError(where, status, text.slice(0, 500), retryAfterMs(headers.get('retry-after')));
}

function textOf({ response, life, where, operation: { timeouts, limits } }: Answer): Promise<string> {
  return readText(response, life, timeouts.idleMs, limits.bodyBytes, where);
}

export function mediaTypeOf(response: Response): string {
  return response.headers.get('content-type')?.split(';')[0]!.trim().toLowerCase() ?? '';
}

/** The server has no such route; with a reason of the protocol it has, and means the task. */
function isNoRoute(error: unknown): boolean {
  const status = isAgentProtoError(error, 'HTTP_STATUS')
    ? error.status
    : isA2AError(error) && error.reason === undefined && error.httpStatus;
  return status === 404 || status === 405;
}
