import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket as Socket } from 'ws';

export interface Connected {
  socket: Socket;
  /** Counts from 1. */
  number: number;
  say(...events: unknown[]): void;
}

export interface ScriptedSockets<Turn> extends AsyncDisposable {
  url: string;
  /** What came over each socket, parsed. */
  turns: Turn[][];
  handshakes: { path: string; headers: IncomingHttpHeaders }[];
  /** With which code each socket was closed, in that order. Resolves once so many were. */
  closed(count: number): Promise<number[]>;
}

/** A WebSocket server that does exactly what a test says with each frame, one after the other. */
export async function scriptedSockets<Turn>(
  onTurn: (connected: Connected, turn: Turn, count: number) => void | Promise<void>,
  accepts: (headers: IncomingHttpHeaders) => boolean = () => true,
): Promise<ScriptedSockets<Turn>> {
  const turns: Turn[][] = [];
  const handshakes: ScriptedSockets<Turn>['handshakes'] = [];
  const codes: number[] = [];
  let wake = () => {};
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, raw, head) => {
    handshakes.push({ path: request.url!, headers: request.headers });
    if (!accepts(request.headers)) return void raw.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    server.handleUpgrade(request, raw, head, (socket) => {
      const seen: Turn[] = [];
      const number = turns.push(seen);
      const say = (...events: unknown[]) => {
        for (const event of events) socket.send(typeof event === 'string' ? event : JSON.stringify(event));
      };
      let before: Promise<unknown> = Promise.resolve();
      socket.on('message', (data) => {
        const turn = JSON.parse(String(data)) as Turn;
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
