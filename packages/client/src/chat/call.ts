import { type ChatRequest, JSON_MEDIA_TYPE, type METHODS, NDJSON_MEDIA_TYPE } from '@agentproto/protocol/chat/docs';
import { type Answer, type Call, type CallOptions, createCall, mediaTypeOf, request } from '../call.ts';
import { InvalidInputError, MalformedResponseError } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import { place } from '../middleware.ts';
import { retryAfterMs, retrying } from '../retry.ts';
import type { Transport } from '../transport.ts';
import { type ChatOperation, type Deviation, type Report, reporter } from './deviation.ts';
import { chatErrorOf } from './error.ts';
import { carriesDecision } from './input.ts';
import { type Mask, maskOf } from './secrets.ts';

/** The compiler holds them to the protocol's own table, which is too large to ship. */
const PATHS: { readonly [Name in Exclude<ChatOperation, 'job-events'>]: (typeof METHODS)[Name]['http']['path'] } = {
  chat: '/api/chat',
  'chat-stream': '/api/chat-stream',
  'chat-ws': '/api/chat-ws',
  health: '/health',
};
/** Where the same is under its old name (server: Legacy Endpoints). */
const OLD_PATHS = { chat: '/api/sendMessage', 'chat-stream': '/api/sendMessageStream' } as const;
const pathOf = (name: 'chat' | 'chat-stream', legacy: boolean) => (legacy ? OLD_PATHS : PATHS)[name];

export interface Connection {
  /** The agent's base url. */
  url: string;
  transport: Transport;
  /** Turns go to the old paths. */
  legacy: boolean;
  /** Bytes of a turn, at most; undefined: what the way in is known to take. */
  turnBytes: number | undefined;
  tell: (deviation: Deviation) => void;
  /** Ends when the client is closed. */
  closed: Lifetime;
}

/** One turn over HTTP. */
export interface ChatCall extends Call<'chat' | 'chat-stream'> {
  url: string;
  body: string;
  /** Of an answer that is a success. */
  mediaType: string;
  report: Report;
  /** `redact` for what is no failure: without the credentials, which no agent sees. */
  mask: Mask;
}

export function chatCall(
  { url, transport, legacy, turnBytes, tell, closed }: Connection,
  name: ChatCall['name'],
  turn: ChatRequest,
  options: CallOptions,
): ChatCall {
  const streams = name === 'chat-stream';
  const mediaType = streams ? NDJSON_MEDIA_TYPE : JSON_MEDIA_TYPE;
  const headers = { accept: streams ? `${mediaType}, ${JSON_MEDIA_TYPE}` : mediaType };
  // Sending a turn again lets the agent work again.
  const kind = { name, streams, blocking: !streams, safe: false };
  const call = createCall(transport, closed, kind, headers, options);
  const mask = maskOf(turn);
  return {
    ...call,
    redact: (text) => mask(call.redact(text)),
    retry: carriesDecision(turn) ? { ...call.retry, attempts: 1 } : call.retry,
    url: below(url, pathOf(name, legacy)),
    body: sized(JSON.stringify(turn), turnBytes),
    mediaType,
    report: reporter(name, tell),
    mask,
  };
}

/** Sends a turn until an answer comes that is a success, as often as the policy allows. */
export function answerTo(call: ChatCall, life: Lifetime): Promise<Answer> {
  const { url, body, redact } = call;
  const envelope = { method: 'POST', url, mediaType: JSON_MEDIA_TYPE, body };
  return retrying(call, life, async (attempt) => {
    const answer = await request(call, envelope, attempt, life.child(), ({ response, where }, text) =>
      chatErrorOf(where, response.status, text, retryAfterMs(response.headers.get('retry-after')), redact),
    );
    checkType(answer, call);
    return answer;
  });
}

/** Where an operation is, below the agent's base url. */
export const urlOf = (operation: keyof typeof PATHS, base: string): string => below(base, PATHS[operation]);

/** Where a job tells what happens to it. */
export const jobUrl = (id: string, base: string): string =>
  below(base, `/api/jobs/${encodeURIComponent(id)}/events/stream`);

function below(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return url.href;
}

/** A turn as it is sent. Throws an InvalidInputError when it is larger than the server takes. */
export function sized(turn: string, most: number | undefined): string {
  // A character is three bytes at most: most turns need not be looked at.
  if (most === undefined || turn.length * 3 <= most) return turn;
  const bytes = new TextEncoder().encode(turn).byteLength;
  if (bytes <= most) return turn;
  throw new InvalidInputError(`input: expected at most ${most} bytes as JSON, got ${bytes} (turnBytes)`);
}

/** A call that has no body. */
export function plainCall<Name extends 'health' | 'job-events'>(
  { url, transport, closed }: Connection,
  { name, jobId = '' }: { name: Name; jobId?: string },
  options: CallOptions,
): Call<Name> & { url: string; where: string } {
  const streams = name === 'job-events';
  const headers = { accept: streams ? 'text/event-stream' : JSON_MEDIA_TYPE };
  const at = streams ? jobUrl(jobId, url) : urlOf('health', url);
  const call = createCall(transport, closed, { name, streams, blocking: false, safe: true }, headers, options);
  return { ...call, url: at, where: place({ operation: name, url: at }) };
}

export type JobCall = ReturnType<typeof plainCall<'job-events'>>;

/** What may hold JSON or its lines is read all the same; a page or an event stream is not. */
function checkType({ response, life, where }: Answer, { mediaType, report }: ChatCall): void {
  const type = mediaTypeOf(response);
  if (type === mediaType) return;
  if (type === '' || type === 'text/plain' || type === 'application/octet-stream' || /json/.test(type)) {
    report('content-type', `${where}: expected ${mediaType}, got ${type || 'none'}`);
    return;
  }
  life.close();
  void response.body?.cancel().catch(() => {});
  throw new MalformedResponseError(mediaType, where, type, { got: type });
}
