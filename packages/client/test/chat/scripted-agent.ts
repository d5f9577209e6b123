import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatRequest, StreamEvent } from '@agentproto/client/chat';
import { expect } from 'vitest';
import { WebSocketServer, type WebSocket as Socket } from 'ws';
import type { Script } from '../scripted-server.ts';

export const delta = (text: string): StreamEvent => ({ type: 'text_delta', text });
export const DONE: StreamEvent = { type: 'done', stop_reason: null, meta_data: {} };
export const call = (id: string, more: object = {}) => ({ id, name: 'delete_pod', input: { name: 'nginx' }, ...more });

export const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('expected a failure'),
    (error: unknown) => error,
  );

export function beginNdjson(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
}

/** One event; resolves once the bytes are handed to the system, so that a following cut comes after them. */
export function writeLine(response: ServerResponse, event: unknown): Promise<void> {
  return new Promise((resolve) => response.write(`${JSON.stringify(event)}\n`, () => resolve()));
}

/** Streams the events, then ends. */
export const plays =
  (...events: unknown[]): Script =>
  async (response) => {
    beginNdjson(response);
    for (const event of events) await writeLine(response, event);
    response.end();
  };

/** A `fetch` whose answer is a stream of exactly these chunks. */
export function fetchOf(...chunks: (string | Uint8Array)[]): typeof fetch {
  return async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
          controller.close();
        },
      }),
      { headers: { 'content-type': 'application/x-ndjson' } },
    );
}

export interface Connected {
  socket: Socket;
  /** Counts from 1. */
  number: number;
  say(...events: unknown[]): void;
}

export interface ScriptedSockets extends AsyncDisposable {
  url: string;
  /** What came over each socket, parsed. */
  turns: ChatRequest[][];
  handshakes: { path: string; headers: IncomingHttpHeaders }[];
  /** With which code each socket was closed, in that order. Resolves once so many were. */
  closed(count: number): Promise<number[]>;
}

/** A WebSocket server that does exactly what a test says with each frame, one after the other. */
export async function scriptedSockets(
  onTurn: (connected: Connected, turn: ChatRequest, count: number) => void | Promise<void>,
  accepts: (headers: IncomingHttpHeaders) => boolean = () => true,
): Promise<ScriptedSockets> {
  const turns: ChatRequest[][] = [];
  const handshakes: ScriptedSockets['handshakes'] = [];
  const codes: number[] = [];
  let wake = () => {};
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, raw, head) => {
    handshakes.push({ path: request.url!, headers: request.headers });
    if (!accepts(request.headers)) return void raw.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    server.handleUpgrade(request, raw, head, (socket) => {
      const seen: ChatRequest[] = [];
      const number = turns.push(seen);
      const say = (...events: unknown[]) => {
        for (const event of events) socket.send(typeof event === 'string' ? event : JSON.stringify(event));
      };
      let before: Promise<unknown> = Promise.resolve();
      socket.on('message', (data) => {
        const turn = JSON.parse(String(data)) as ChatRequest;
        const count = seen.push(turn);
        before = before.then(() => onTurn({ socket, number, say }, turn, count));
      });
      socket.on('close', (code) => {
        codes.push(code);
        wake();
      });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    turns,
    handshakes,
    async closed(count) {
      while (codes.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return codes;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** What the user says in a turn. */
export const saidIn = (turn: ChatRequest | undefined) => turn?.messages.at(-1)?.content;
/** `done` as a server sends it that gives request fields back. */
export const doneOf = ({ messages: _messages, ...fields }: ChatRequest) => ({
  type: 'done',
  meta_data: { request_context: fields },
});
