import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { AnyStreamEvent, METHODS, ResponseResource } from '@agentproto/protocol/responses/openai';
import type { RequestInfo } from '@agentproto/script';
import type { WebSocketChannel } from '@agentproto/wire/websocket';
import type { WebSocket } from 'ws';
import type { StreamItem as Item } from '../answer.ts';
import type { Caller } from '../identity.ts';

export type Operation = Exclude<keyof typeof METHODS, 'connectResponses'>;

/** One response that is asked for, whatever the way in. */
export interface Call extends Caller {
  binding: 'HTTP' | 'SSE' | 'WebSocket';
  /** What the server saw of the request, for `echo`; the response's own context comes on top. */
  seen: RequestInfo;
  /** Aborts when the caller has left, or the server closes. */
  signal: AbortSignal;
  /** Over a WebSocket: responses that this connection remembers although they are not stored (WebSocket Continuation). */
  remembered?: ReadonlySet<string>;
}

export interface HttpRequest {
  method: string;
  headers: IncomingHttpHeaders;
  /** Members of the path. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Empty when there is none. */
  body: Buffer;
  /** Aborts when the caller has left, or the server closes. */
  signal: AbortSignal;
}

export type StreamItem = Item<{ event: AnyStreamEvent }>;

/** The response in an event that has one. */
export const responseIn = (event: AnyStreamEvent): ResponseResource | undefined =>
  // Events with a prefix may have anything.
  'response' in event ? (event.response as ResponseResource) : undefined;

/** An event before it has its number. */
export type Unnumbered = AnyStreamEvent extends infer Event
  ? Event extends Event
    ? Omit<Event, 'sequence_number'>
    : never
  : never;

/** One connection to /responses. */
export interface ResponsesSocket extends Caller {
  channel: WebSocketChannel;
  socket: WebSocket;
  /** What the socket stands on, for faults of the wire. */
  connection: Socket;
  /** Aborts when the socket has closed, or the server closes. */
  signal: AbortSignal;
  /** Ids of responses that are not stored, and continued here alone. */
  remembered: Set<string>;
}
