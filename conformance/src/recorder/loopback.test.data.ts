import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface LoopbackTarget extends AsyncDisposable {
  url: string;
}

/** A target on a free loopback port; closing it cuts its connections. */
export async function listen(server: net.Server, protocol = 'http'): Promise<LoopbackTarget> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `${protocol}://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export function httpTarget(handler: http.RequestListener): Promise<LoopbackTarget> {
  return listen(http.createServer(handler));
}

/** Answers each connection by hand, as soon as the first bytes came. */
export function tcpTarget(answer: (socket: net.Socket, received: Buffer) => void): Promise<LoopbackTarget> {
  return listen(net.createServer((socket) => void socket.once('data', (bytes) => answer(socket, bytes))));
}

/** Serves each WebSocket that is asked for, `afterMs`; its URL begins with `ws:`. */
export function socketTarget(
  serve: (socket: WebSocket, upgrade: http.IncomingMessage) => void,
  afterMs = 0,
): Promise<LoopbackTarget> {
  const server = http.createServer();
  const sockets = new WebSocketServer({
    server,
    verifyClient: (_, answer) => void (afterMs ? setTimeout(answer, afterMs, true) : answer(true)),
  });
  sockets.on('connection', (socket, upgrade) => {
    socket.on('error', () => {});
    serve(socket, upgrade);
  });
  return listen(server, 'ws');
}

export const SSE_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

/** One piece of a chunked body; the empty one is the last. */
export function chunk(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
