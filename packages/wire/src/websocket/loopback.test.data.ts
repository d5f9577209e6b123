import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import type { WebSocketConstructor } from './socket.ts';

/** Node's own and that of `ws`; `undefined` lets the global one be found. */
export const CLIENTS: [name: string, client: { WebSocket?: WebSocketConstructor }][] = [
  ['the global WebSocket', {}],
  ['ws', { WebSocket }],
];

export interface WebSocketTarget extends AsyncDisposable {
  url: string;
  server: WebSocketServer;
}

/** A `ws` server on a free loopback port; closing it cuts its connections. */
export async function webSocketTarget(
  serve: (socket: WebSocket, upgrade: { headers: { [name: string]: unknown } }) => void,
  options: ServerOptions = {},
): Promise<WebSocketTarget> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  server.on('connection', (socket, request) => {
    socket.on('error', () => {});
    serve(socket, request);
  });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat`,
    server,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((closed) => server.close(closed));
    },
  };
}
