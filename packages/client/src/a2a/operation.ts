import { EXTENSIONS_HEADER, JSON_MEDIA_TYPE, VERSION, VERSION_HEADER } from '@agentproto/protocol/a2a/1.0';
import {
  type Answer as HttpAnswer,
  type Call,
  type CallKind,
  type CallOptions as HttpCallOptions,
  createCall,
  lifeOf,
  mediaTypeOf,
  request,
  textOf,
} from '../call.ts';
import { type AgentProtoError, HttpError, isAgentProtoError, MalformedResponseError } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import { retryAfterMs, retrying } from '../retry.ts';
import type { Transport } from '../transport.ts';
import type { ClientMethod, WireCall } from './binding.ts';
import type { Deviation, Report } from './deviation.ts';
import { isA2AError, saysMore } from './error.ts';

/** What every call may say for itself; it wins over what the client was given. */
export interface CallOptions extends HttpCallOptions {
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
export interface Operation extends Call<ClientMethod | 'card'> {
  /** The ways to carry it, best first. */
  calls: readonly WireCall[];
  report: Report;
}

export type OperationKind = CallKind<Operation['name']> & Pick<Operation, 'calls'> & { accept: string };

export function operation(
  { transport, extensions, onDeviation, closed }: Session,
  { accept, calls, ...kind }: OperationKind,
  options: CallOptions,
): Operation {
  const headers = new Headers({ [VERSION_HEADER]: VERSION, accept });
  const activated = new Set([...extensions, ...(options.extensions ?? [])]);
  if (activated.size > 0) headers.set(EXTENSIONS_HEADER, [...activated].join(', '));
  return {
    ...createCall(transport, closed, kind, headers, options),
    calls,
    report: (deviation, message) => onDeviation?.({ kind: deviation, operation: kind.name, message }),
  };
}

/** A successful answer whose body is yet to be read. */
export interface Answer extends HttpAnswer {
  call: WireCall;
  operation: Operation;
}

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

/** Sends an operation until an answer comes that is a success and that `take` can read. */
export function attempts<T>(doing: Operation, life: Lifetime, take: (answer: Answer) => Promise<T>): Promise<T> {
  return retrying(doing, life, async (attempt) => {
    for (let way = 0; ; way++) {
      const call = doing.calls[way]!;
      try {
        const answer = await request(doing, call, attempt, life.child(), failureOf(call));
        return await take({ ...answer, call, operation: doing });
      } catch (error) {
        if (way === doing.calls.length - 1 || !isNoRoute(error)) throw error;
      }
    }
  });
}

/** The result in an answer that is one JSON document. */
export async function readResult(answer: Answer): Promise<unknown> {
  const { response, call, where, operation } = answer;
  const text = await textOf(answer, operation);
  const type = mediaTypeOf(response);
  // HTTP+JSON of 1.0.0 says `application/json`.
  if (type !== call.mediaType && type !== JSON_MEDIA_TYPE) {
    operation.report('content-type', `${where}: expected ${call.mediaType}, got ${type || 'none'}`);
  }
  try {
    return call.result(JSON.parse(text), response.status, where, operation.report);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new MalformedResponseError('JSON', where, text, { cause });
  }
}

/** What an answer with an error status means. */
function failureOf(call: WireCall): (answer: HttpAnswer, text: string) => AgentProtoError {
  return ({ response: { status, headers }, where }, text) => {
    try {
      call.result(JSON.parse(text), status, where, () => {});
    } catch (error) {
      if (isA2AError(error) && saysMore(error, status)) return error;
      // Else it is a gateway's page.
    }
    return new HttpError(where, status, text.slice(0, 500), retryAfterMs(headers.get('retry-after')));
  };
}

/** The server has no such route; with a reason of the protocol it has, and means the task. */
function isNoRoute(error: unknown): boolean {
  const status = isAgentProtoError(error, 'HTTP_STATUS')
    ? error.status
    : isA2AError(error) && error.reason === undefined && error.httpStatus;
  return status === 404 || status === 405;
}
