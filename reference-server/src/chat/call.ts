import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { METHODS, StreamEvent } from '@agentproto/protocol/chat/docs';
import type { RequestInfo } from '@agentproto/script';
import type { WebSocketChannel } from '@agentproto/wire/websocket';
import type { WebSocket } from 'ws';
import type { StreamItem as Item } from '../answer.ts';
import type { Caller } from '../identity.ts';

/** One turn that is asked for, whatever the way in. */
export interface Call extends Caller {
  /** The ways in, as specs/chat names them. */
  binding: 'HTTP' | 'NDJSON' | 'WebSocket';
  /** It came by an old path (server: Legacy Endpoints). */
  legacy: boolean;
  /** What the server saw of the request, for `echo`; the turn's own context comes on top. */
  seen: RequestInfo;
  /** Aborts when the caller has left, or the server closes. */
  signal: AbortSignal;
}

export type Operation = keyof typeof METHODS;

export interface HttpRequest {
  method: string;
  headers: IncomingHttpHeaders;
  /** What stands in the path, by its name there: `job_id`. */
  params: Readonly<Record<string, string>>;
  /** Of members that come more than once, the first. */
  query: Readonly<Record<string, string | undefined>>;
  /** Empty when there is none. */
  body: Buffer;
  /** Aborts when the caller has left, or the server closes. */
  signal: AbortSignal;
}

export type StreamItem = Item<{ event: StreamEvent }>;

/** One connection to /api/chat-ws. */
export interface ChatSocket extends Caller {
  channel: WebSocketChannel;
  socket: WebSocket;
  /** What the socket stands on, for faults of the wire. */
  connection: Socket;
  /** Aborts when the socket has closed, or the server closes. */
  signal: AbortSignal;
}
