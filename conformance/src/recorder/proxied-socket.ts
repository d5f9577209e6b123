import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { OpenExchange } from './open-exchange.ts';
import { startSocketExchange } from './socket-exchange.ts';

/** What a client sent when it asked for a WebSocket. */
export interface Upgrade {
  incoming: IncomingMessage;
  socket: Socket;
  head: Buffer;
}

/** The handshake is made anew on the other side, and what is between two neighbours stays there. */
const OWN = /^(?:host|connection|upgrade|sec-websocket-(?:key|version|extensions|protocol))$/i;
/** What a close frame may say (RFC 6455, 7.4). */
const sendable = (code: number | undefined): code is number =>
  code !== undefined &&
  (code === 1000 ||
    (code >= 1001 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code < 5000));

/** Passes messages both ways, in their order, and how either side closes. Pings are answered on each side for itself. */
export function passSocket({ incoming, socket, head }: Upgrade, open: OpenExchange, url: string): void {
  const { request } = open.exchange;
  const offered = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const shown = request.headers;
  request.headers = shown.filter(([name]) => !OWN.test(name));
  socket.on('error', () => {});
  const wire = startSocketExchange(open, new URL(url), { protocols: offered.filter((name) => name !== '') });
  request.headers = shown;
  if (!wire) return refuseUpgrade(socket, [502, open.exchange.end?.message ?? 'no WebSocket']);
  void open.answered.then(() => {
    const { response, end } = open.exchange;
    if (response?.status !== 101) {
      // What it says instead of a WebSocket comes whole: it is told when it has ended.
      const told = () => refuseUpgrade(socket, [response?.status ?? 502, end?.message ?? 'no WebSocket']);
      return end ? told() : open.onEnd(told);
    }
    const chosen = response.headers.find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
    const server = new WebSocketServer({ noServer: true, handleProtocols: () => chosen ?? false });
    server.handleUpgrade(incoming, socket, head, (client) => {
      client.on('error', () => {});
      client.on('message', (content: Buffer, isBinary) => wire.send(isBinary ? content : content.toString()));
      client.on('close', (code, reason) => {
        if (sendable(code)) wire.close(code, reason.toString());
        else open.end('left', 'the client left');
      });
      void deliver(open, client);
    });
  });
}

async function deliver(open: OpenExchange, client: WebSocket): Promise<void> {
  for (let index = 0; ; index++) {
    const frame = await open.incoming(index);
    if (!frame) break;
    client.send(frame.kind === 'ws-binary' ? Buffer.from(frame.data, 'base64') : frame.data);
  }
  const { end } = open.exchange;
  if (end?.kind === 'complete' && sendable(end.code)) client.close(end.code, end.message);
  else if (end?.kind === 'complete') client.close();
  else client.terminate();
}

export function wrongUpgrade({ headers }: IncomingMessage): [status: number, why: string] | undefined {
  return headers.upgrade?.toLowerCase() === 'websocket' ? undefined : [501, 'only WebSockets are recorded'];
}

export function refuseUpgrade(socket: Socket, [status, why]: [status: number, why: string]): void {
  const text = `recording proxy: ${why}\n`;
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
