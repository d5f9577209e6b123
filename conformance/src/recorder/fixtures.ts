import type { Exchange, Frame, Headers } from '@agentproto/recording';
import {
  bytesOf,
  piecesOf,
  rounded,
  type Chunk,
  type FixtureExchange,
  type FixtureMessage,
} from '@agentproto/recording/fixture';
import { readJson } from './body.ts';
import { isUndone } from './content-coding.ts';
import { createReader } from './http-response.ts';
import { OpenExchange } from './open-exchange.ts';
import { DEFAULT_WAIT_LIMITS } from './wait-limits.ts';

/**
 * A recorded exchange as a fixture has it: without its content coding, so that people can read it, and secrets in it are seen.
 * @param chunks what of the answer's content passed, as it passed; without them it came as a whole
 */
export function fixtureOf(
  { request, response, frames, end }: Exchange,
  chunks: readonly Chunk[] = [],
): FixtureExchange {
  const { pathname, search } = new URL(request.url);
  const isSocket = response?.status === 101;
  const came = chunks.length > 0 || !response?.body ? chunks : [{ atMs: response.atMs, bytes: bytesOf(response.body) }];
  return {
    atMs: rounded(request.atMs),
    request: {
      method: request.method,
      path: pathname + search,
      headers: request.headers,
      ...(request.body && { body: request.body }),
    },
    // A status that is none is no answer.
    ...(response &&
      response.status >= 100 && {
        response: {
          status: response.status,
          headers: plainHeaders(response.headers, came, end?.kind === 'complete'),
          afterMs: rounded(response.atMs - request.atMs),
          pieces: isSocket ? [] : piecesOf(came, response.atMs),
          ...(isSocket && { messages: messagesOf(frames, response.atMs) }),
          ...(end?.code !== undefined && { closeCode: end.code }),
          end: end?.kind === 'complete' || end?.kind === 'left' ? end.kind : 'broken',
        },
      }),
  };
}

/** Of what came without its coding. An answer to HEAD has none, and keeps its headers. */
function plainHeaders(headers: Headers, came: readonly Chunk[], isWhole: boolean): Headers {
  const coding = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1];
  if (came.length === 0 || coding === undefined || !isUndone(coding)) return headers;
  const length = String(came.reduce((sum, { bytes }) => sum + bytes.length, 0));
  return headers.flatMap(([name, value]): Headers => {
    if (/^content-encoding$/i.test(name)) return [];
    if (!/^content-length$/i.test(name)) return [[name, value]];
    return isWhole ? [[name, length]] : [];
  });
}

function messagesOf(frames: readonly Frame[], sinceMs: number): FixtureMessage[] {
  let before = sinceMs;
  return frames.map(({ direction, kind, data, atMs }) => {
    const afterMs = rounded(atMs - before);
    before = atMs;
    return {
      from: direction === 'in' ? ('server' as const) : ('client' as const),
      afterMs,
      ...(kind === 'ws-binary' ? { base64: data } : { text: data }),
    };
  });
}

/** A fixture's exchange as a recording has it, so that it can be judged. `origin`: where its path was. */
export function exchangeOf({ atMs, request, response }: FixtureExchange, id: number, origin: string): Exchange {
  const { method, path, headers, body } = request;
  const exchange: Exchange = {
    id,
    request: { atMs, method, url: origin + path, headers, ...(body && { body }) },
    frames: [],
  };
  if (!response) return { ...exchange, end: { atMs, kind: 'broken', message: 'no answer was recorded' } };
  let now = atMs;
  const clock = { nowMs: () => now, nextExchangeId: () => id };
  const limits = { ...DEFAULT_WAIT_LIMITS, bodyBytes: Infinity, frames: Infinity };
  const open = new OpenExchange(exchange, limits, clock, () => {});
  now = atMs + response.afterMs;
  const answer = open.respond(response.status, response.headers);
  const type = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const reader = createReader(type.split(';')[0]!.trim().toLowerCase(), open);
  open.onEnd((kind) => reader.keep(answer, kind));
  for (const piece of response.pieces) {
    now += piece.afterMs;
    reader.feed(Buffer.from(bytesOf(piece)));
  }
  for (const { from, afterMs, ...content } of response.messages ?? []) {
    now += afterMs;
    open.frame({
      atMs: now,
      direction: from === 'server' ? 'in' : 'out',
      ...('text' in content
        ? { kind: 'ws-text', data: content.text, ...readJson(content.text) }
        : { kind: 'ws-binary', data: content.base64 }),
    });
  }
  const fault = response.end === 'complete' && !response.messages ? reader.complete() : undefined;
  open.end(fault === undefined ? response.end : 'malformed', fault, response.closeCode);
  return exchange;
}
