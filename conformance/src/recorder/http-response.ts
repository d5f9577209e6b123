import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Headers } from '@agentproto/recording';
import { createWholeBodyReader, type BodyReader } from './body-reader.ts';
import { createContentDecoder } from './content-coding.ts';
import { createEventStreamReader } from './event-stream-reader.ts';
import { failureOf, type Failure, type Stage } from './failure.ts';
import { createNdjsonReader } from './ndjson-reader.ts';
import type { OpenExchange } from './open-exchange.ts';

export interface FollowOptions {
  /** The request travels on a connection that carried others before. */
  isReused(socket: Socket): boolean;
  /** The connection stands. */
  onConnected(socket: Socket): void;
  /** A reused connection was gone before any byte of an answer came; this request says nothing more. */
  onStale?: () => void;
  /** Nothing of the content is read before this resolves. */
  readAfter?: Promise<unknown>;
  /** The peer switched protocols, which the request asked for; the connection is no longer ours to cut. */
  onUpgrade?: (socket: Socket) => void;
}

/** Records what comes back for `request`, to the end, and cuts the connection unless the end was good. */
export function followRequest(request: ClientRequest, open: OpenExchange, options: FollowOptions): void {
  let stage: Stage = 'connecting';
  let failure: Failure | undefined;
  /** A reused connection, and what it had brought before this request. */
  let reused: { socket: Socket; bytesRead: number } | undefined;
  open.onEnd((kind) => {
    if (kind !== 'complete') request.destroy();
  });

  request.on('socket', (socket) => {
    if (open.isOver) return;
    const connected = () => {
      stage = 'waiting';
      open.timers.connected();
      options.onConnected(socket);
    };
    open.sending();
    if (!options.isReused(socket))
      return void socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', connected);
    reused = { socket, bytesRead: socket.bytesRead };
    connected();
  });
  request.on('finish', () => open.timers.touch());
  request.on('information', () => open.timers.touch());
  request.on('response', (response) => {
    stage = 'receiving';
    open.timers.touch();
    recordResponse(response, open, () => failure);
    if (options.readAfter) {
      response.pause();
      void options.readAfter.finally(() => response.resume());
    }
  });
  request.on('upgrade', (response: IncomingMessage, socket: Socket) => {
    open.timers.touch();
    open.respond(response.statusCode ?? 0, pairs(response.rawHeaders));
    if (options.onUpgrade) return options.onUpgrade(socket);
    socket.destroy();
    open.end('malformed', 'the response switches protocols, which the request did not ask for');
  });
  request.on('error', (error: NodeJS.ErrnoException) => {
    if (open.isOver) return;
    const silent = stage === 'waiting' && reused?.socket.bytesRead === reused?.bytesRead;
    if (options.onStale && reused && silent && (error.code === 'ECONNRESET' || error.code === 'EPIPE'))
      return options.onStale();
    failure ??= failureOf(error, stage);
    // A response that has begun ends itself: bytes that came before the failure may still be on their way.
    if (stage !== 'receiving') open.end(failure.kind, failure.message);
  });
}

function recordResponse(message: IncomingMessage, open: OpenExchange, failureBefore: () => Failure | undefined): void {
  const response = open.respond(message.statusCode ?? 0, pairs(message.rawHeaders));
  const mediaType = (message.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const reader = createReader(mediaType, open);
  open.onEnd((kind) => reader.keep(response, kind));

  const coding = message.headers['content-encoding'] ?? '';
  const decoder = createContentDecoder(coding);
  let cut: Failure | undefined;
  let wireBytes = 0;
  let contentBytes = 0;
  const take = (bytes: Buffer) => {
    if (open.isOver) return;
    const { bodyBytes } = open.limits;
    const kept = bytes.subarray(0, bodyBytes - contentBytes);
    reader.feed(kept);
    open.onContent?.(kept);
    contentBytes += bytes.length;
    if (contentBytes > bodyBytes) open.end('limit', `more than ${bodyBytes} bytes of content`);
  };
  const finish = (codingFault?: Error) => {
    if (open.isOver) return;
    const failure = failureBefore() ?? cut;
    if (failure) return open.end(failure.kind, failure.message);
    // No content needs no coding: answers to HEAD, 204 and 304 name one all the same.
    if (codingFault && wireBytes > 0) return open.end('malformed', `not valid ${coding}: ${codingFault.message}`);
    const fault = reader.complete();
    open.end(fault ? 'malformed' : 'complete', fault);
  };

  message.on('data', (bytes: Buffer) => {
    wireBytes += bytes.length;
    open.timers.touch();
    if (!decoder) take(bytes);
  });
  message.on('error', (error) => (cut ??= failureOf(error, 'receiving')));
  if (!decoder) return void message.on('end', () => finish()).on('close', () => finish());

  open.onEnd(() => decoder.destroy());
  decoder
    .on('data', take)
    .on('end', () => finish())
    .on('error', finish);
  message.on('close', () => decoder.end());
  message.pipe(decoder);
}

/** There is no registered type for NDJSON; these are in use. */
const NDJSON = /^application\/(?:x-)?(?:ndjson|jsonl)$/;

/** How content of a media type is read. */
export function createReader(mediaType: string, open: OpenExchange): BodyReader {
  if (mediaType === 'text/event-stream') return createEventStreamReader(open);
  return NDJSON.test(mediaType) ? createNdjsonReader(open) : createWholeBodyReader(mediaType);
}

/** Headers as they came, in order. */
export function pairs(rawHeaders: readonly string[]): Headers {
  const headers: Headers = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index]!, rawHeaders[index + 1]!]);
  return headers;
}
