import type { AgentEnvironment, MethodName } from '@agentproto/protocol/open-agent/0.7';
import type { MethodName as MethodNameOfReadme } from '@agentproto/protocol/open-agent/readme';
import {
  type Answer,
  type Call,
  type CallKind,
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
import { keepResponse } from '../response-info.ts';
import { retryAfterMs, retrying } from '../retry.ts';
import type { Transport } from '../transport.ts';
import type { Clock } from './clock.ts';
import { type Deviation, type Report, reporter } from './deviation.ts';
import { OpenAgentError } from './error.ts';
import { textOf as textOfContent } from './text.ts';
import type { TokenStore } from './token.ts';

/** In the terms of the specs. */
export type Operation = MethodName | MethodNameOfReadme;

/** Which of the two contracts a server keeps: the schema's, or the README's. */
export type Revision = '0.7' | 'readme';

/** What all calls of one client share. */
export interface Connection {
  /** What stands before the paths of the document. */
  url: string;
  revision: Revision;
  transport: Transport;
  tokens: TokenStore;
  environment: AgentEnvironment | undefined;
  clock: Clock;
  tell: (deviation: Deviation) => void;
  /** Ends when the client is closed. */
  closed: Lifetime;
}

export interface OpenAgentCall extends Call<Operation> {
  report: Report;
}

/** What is asked for. */
export interface Asked {
  method: string;
  url: string;
  body?: string;
}

export const JSON_TYPE = 'application/json';
export const SSE_TYPE = 'text/event-stream';

export function openAgentCall(
  { transport, tell, closed }: Connection,
  kind: CallKind<Operation>,
  options: CallOptions,
): OpenAgentCall {
  // The one thing that asks for a stream of a run (README, Chat with an Agent).
  const headers = { accept: kind.streams ? SSE_TYPE : JSON_TYPE };
  return { ...createCall(transport, closed, kind, headers, options), report: reporter(kind.name, tell) };
}

/** Where a path is, below the client's url; what that has after its path stays there. */
export function urlOf(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return url.href;
}

/** Asks until an answer comes that is a success, as often as the policy allows, and hands it to `take`. */
export function answerTo<T>(
  call: OpenAgentCall,
  asked: Asked,
  life: Lifetime,
  take: (answer: Answer) => Promise<T>,
): Promise<T> {
  return retrying(call, life, async (attempt) =>
    take(await request(call, { ...asked, mediaType: JSON_TYPE }, attempt, life.child(), failureOf(call))),
  );
}

/** The JSON of an answer; undefined for an empty body. Throws what a body with an error in it says. */
export async function readJson(answer: Answer, call: OpenAgentCall): Promise<unknown> {
  try {
    const text = await textOf(answer, call);
    if (text.trim() === '') return undefined;
    const json = parseJson(text, answer, call.redact);
    const type = mediaTypeOf(answer.response);
    if (type !== JSON_TYPE && !type.endsWith('+json')) {
      call.report('content-type', `${answer.where}: expected ${JSON_TYPE}, got ${type || 'none'}`);
    }
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

/** A call from its first attempt to its end. */
export async function within<T>(call: OpenAgentCall, work: (life: Lifetime) => Promise<T>): Promise<T> {
  const life = lifeOf(call);
  try {
    return await work(life);
  } finally {
    life.close();
  }
}

/** What an answer with an error status means; undefined where it is a page, of a gateway for instance. */
function failureOf(call: OpenAgentCall): (answer: Answer, text: string) => AgentProtoError | undefined {
  return (answer, text) => {
    // Most operations declare no body for their errors.
    if (text.trim() === '') return errorOf(answer, undefined, call);
    try {
      return errorOf(answer, JSON.parse(text), call);
    } catch {
      return mediaTypeOf(answer.response) === 'text/plain' ? errorOf(answer, text, call) : undefined;
    }
  };
}

/** What a server says that breaks off in the middle of a stream. */
export function brokenOff(where: string, event: object, partial: unknown, { redact }: OpenAgentCall): OpenAgentError {
  const { content } = event as { content?: unknown };
  const said = errorSaid(event) ?? {
    message: textOfContent(content) || 'the server broke off with an error that says nothing',
  };
  return new OpenAgentError(where, { ...said, message: redact(said.message) }, { partial });
}

function errorOf({ response, where, info }: Answer, body: unknown, call: OpenAgentCall): OpenAgentError {
  const { status, headers } = response;
  const { message, faults, ...said } = errorSaid(body) ?? { message: '' };
  const { redact, tokens, headers: sent } = call;
  const credentials = tokens.size > 0 || 'authorization' in sent || 'x-api-key' in sent;
  const error = new OpenAgentError(
    where,
    {
      ...said,
      message: redact(message),
      faults: faults?.map((fault) => ({ ...fault, message: redact(fault.message) })),
    },
    {
      status: status < 300 ? undefined : status,
      retryAfterMs: retryAfterMs(headers.get('retry-after')),
      requestId: info.requestId,
    },
    status === 401 ? `; credentials were ${credentials ? 'sent, and refused' : 'not sent'}` : '',
  );
  keepResponse(error, info);
  return error;
}
