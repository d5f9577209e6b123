import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE, type MethodName } from '@agentproto/protocol/a2a/1.0';
import {
  type Answer as HttpAnswer,
  type Call,
  type CallKind,
  type CallOptions as HttpCallOptions,
  createCall,
  lifeOf,
  mediaTypeOf,
  parseJson,
  request,
  textOf,
} from '../call.ts';
import { isAgentProtoError } from '../errors.ts';
import { type HeaderRecord, headerRecord } from '../headers.ts';
import type { Lifetime } from '../lifetime.ts';
import { keepResponse } from '../response-info.ts';
import { retrying } from '../retry.ts';
import type { Transport } from '../transport.ts';
import type { WireCall } from './binding.ts';
import { type Deviation, latestRows, type Report, reporter } from './deviation.ts';
import type { Dialect } from './dialect.ts';
import { type A2AError, fromError, isA2AError, isRpcError, saysMore } from './error.ts';

/** What every call may say for itself; it wins over what the client was given. */
export interface CallOptions extends HttpCallOptions {
  /** URIs of extensions to activate (§4.6), besides the client's. */
  extensions?: readonly string[];
}

export interface Session {
  transport: Transport;
  extensions: readonly string[];
  tell: (deviation: Deviation) => void;
  /** Ends when the client is closed. */
  closed: Lifetime;
  /** Of the interface that is spoken, once it is chosen. */
  dialect: Dialect | undefined;
  /** What goes with every request to it, the client's extensions among them. */
  headers: HeaderRecord;
  /** What the agent takes over HTTP+JSON, once it is known. */
  bodyType: string | undefined;
}

/** One operation, with all that is said for it, by the client or the call. */
export interface Operation extends Call<MethodName | 'card'> {
  /** The ways to carry it, best first. */
  calls: readonly WireCall[];
  report: Report;
  session: Session;
}

export type OperationKind = CallKind<Operation['name']> & Pick<Operation, 'calls'> & { accept: string };

export function operation(
  session: Session,
  { accept, calls, ...kind }: OperationKind,
  options: CallOptions,
): Operation {
  const { transport, closed, tell, dialect, extensions, headers } = session;
  // None with the card, before there is a dialect: a browser then asks for it without a preflight.
  const own = options.extensions
    ? headerRecord(dialect?.headers([...new Set([...extensions, ...options.extensions])]))
    : headers;
  return {
    ...createCall(transport, closed, kind, { accept, ...own }, options),
    calls,
    session,
    report: reporter(tell, kind.name, dialect?.rowOf ?? latestRows(0)),
  };
}

/** A successful answer whose body is yet to be read. */
export interface Answer extends HttpAnswer {
  call: WireCall;
  operation: Operation;
}

type Read<T> = (result: unknown, where: string, report: Report) => T;

/** Sends an operation from its beginning to its end, and hands its single result to `read`. */
export async function performed<T>(doing: Operation, read: Read<T>): Promise<T> {
  const life = lifeOf(doing);
  try {
    return await perform(doing, read, life);
  } finally {
    life.close();
  }
}

/** The same, as a part of what goes on. */
export function perform<T>(doing: Operation, read: Read<T>, life: Lifetime): Promise<T> {
  return attempts(doing, life, async (answer) => {
    try {
      const result = read(await readResult(answer), answer.where, doing.report);
      keepResponse(result, answer.info);
      return result;
    } catch (error) {
      keepResponse(error, answer.info);
      throw error;
    } finally {
      answer.life.close();
    }
  });
}

/** Sends an operation until an answer comes that is a success and that `take` can read. */
export function attempts<T>(doing: Operation, life: Lifetime, take: (answer: Answer) => Promise<T>): Promise<T> {
  return retrying(doing, life, async (attempt) => {
    let refused: unknown;
    for (let way = 0; ; way++) {
      const call = doing.calls[way]!;
      try {
        return await take({ ...(await open(doing, call, attempt, life)), call, operation: doing });
      } catch (error) {
        if (isA2AError(error)) error.message = doing.redact(error.message);
        const { yields = hasNoRoute } = call;
        if (!yields(error)) throw error;
        refused ??= error;
        // Of several refusals, the one of the best way.
        if (way === doing.calls.length - 1) throw call.yields ? refused : error;
      }
    }
  });
}

/** Makes one attempt. */
function open(doing: Operation, call: WireCall, attempt: number, life: Lifetime): Promise<HttpAnswer> {
  const send = (mediaType: string) =>
    request(doing, { ...call, mediaType }, attempt, life.child(), failureOf(call, doing.report));
  if (call.mediaType !== A2A_MEDIA_TYPE || call.body === undefined) return send(call.mediaType);
  return doing.session.bodyType ? send(doing.session.bodyType) : trying(doing, send);
}

/** The first body over HTTP+JSON; an agent that knows only `application/json` gets that, from then on. */
async function trying(
  { session, report, name }: Operation,
  send: (mediaType: string) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    const answer = await send(A2A_MEDIA_TYPE);
    session.bodyType = A2A_MEDIA_TYPE;
    return answer;
  } catch (refused) {
    if (!isRefusedType(refused)) throw refused;
    // Refused, so that it can be sent again: is it the type of the body, or what is in its parts?
    const answer = await send(JSON_MEDIA_TYPE).catch((error: unknown) => ({ error }));
    if ('error' in answer && isRefusedType(answer.error)) throw refused;
    session.bodyType = JSON_MEDIA_TYPE;
    report('request-content-type', `${name}: expected ${A2A_MEDIA_TYPE} to be taken, got HTTP 415`);
    if ('error' in answer) throw answer.error;
    return answer;
  }
}

/** The result in an answer that is one JSON document. */
export async function readResult(answer: Answer): Promise<unknown> {
  const { response, call, where, operation, info } = answer;
  const { report, redact, name } = operation;
  const text = await textOf(answer, operation);
  // §11.3.3: what was deleted needs no words.
  if (text === '' && name === 'DeleteTaskPushNotificationConfig') return {};
  const json = parseJson(text, answer, redact);
  info.body = json;
  const type = mediaTypeOf(response);
  // HTTP+JSON of 1.0.0 says `application/json`.
  if (type !== call.mediaType && type !== JSON_MEDIA_TYPE) {
    report('content-type', `${where}: expected ${call.mediaType}, got ${type || 'none'}`);
  }
  return call.result(json, response.status, where, report);
}

/** What an answer with an error status means, if it is an error of the protocol; else it may be a gateway's page. */
function failureOf(call: WireCall, report: Report): (answer: HttpAnswer, text: string) => A2AError | undefined {
  return ({ response: { status }, where, info }, text) => {
    const deviations: Parameters<Report>[] = [];
    try {
      const json: unknown = (info.body = JSON.parse(text));
      call.result(json, status, where, (...deviation) => deviations.push(deviation));
      if (!isRpcError(json)) return undefined;
      deviations.push(['error-shape', `${where}: expected an error in a member error`]);
      throw fromError(json, status, where, true);
    } catch (error) {
      if (!isA2AError(error) || !saysMore(error, status)) return undefined;
      for (const deviation of deviations) report(...deviation);
      return error;
    }
  };
}

function isRefusedType(error: unknown): boolean {
  return (isA2AError(error) ? error.httpStatus : statusOf(error)) === 415;
}

function hasNoRoute(error: unknown): boolean {
  return [404, 405].includes(statusOf(error)!);
}

/** The HTTP status of an error that is not the protocol's own: with a reason of it, the server has this route. */
function statusOf(error: unknown): number | undefined {
  if (isAgentProtoError(error, 'HTTP_STATUS')) return error.status;
  return isA2AError(error) && error.reason === undefined ? error.httpStatus : undefined;
}
