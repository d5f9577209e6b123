import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { bytesOf } from '@agentproto/recording/fixture';
import { WebSocketServer, type WebSocket } from 'ws';
import { HOP_BY_HOP } from './hop-by-hop.ts';
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

/** Chunks of what a client says before it has an answer, which it should not. */
const EARLY = 16;

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
  // Until it is a WebSocket; then that tells. So does a handshake that is none, which `ws` refuses.
  const gone = () => open.end('left', 'the client left');
  const early = [head];
  // That it goes is only seen by who reads.
  const take = (bytes: Buffer) => {
    early.push(bytes);
    if (early.length > EARLY) socket.pause();
  };
  socket.on('data', take).once('end', gone).once('close', gone);
  void open.answered.then(() => {
    const { response, end } = open.exchange;
    if (response?.status !== 101) {
      // What it says instead of a WebSocket comes whole: it is told when it has ended.
      const told = () => passRefusal(socket, open);
      return end ? told() : open.onEnd(told);
    }
    const chosen = response.headers.find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
    const { bodyBytes } = open.limits;
    const maxPayload = Math.min(bodyBytes, 2 ** 31 - 1);
    const server = new WebSocketServer({ noServer: true, maxPayload, handleProtocols: () => chosen ?? false });
    socket.off('data', take).off('end', gone).resume();
    server.handleUpgrade(incoming, socket, Buffer.concat(early), (client) => {
      socket.off('close', gone);
      let sent = 0;
      const tooMuch = () => open.end('limit', `more than ${bodyBytes} bytes of a client's messages`);
      client.on('error', ({ code }: NodeJS.ErrnoException) => {
        if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') tooMuch();
      });
      client.on('message', (content: Buffer, isBinary) => {
        sent += content.length;
        if (sent > bodyBytes) return tooMuch();
        wire.send(isBinary ? content : content.toString());
      });
      client.on('close', (code, reason) => {
        // No close frame has this code: the client has said none (RFC 6455, 7.4.1).
        if (code === 1005) wire.close(undefined, '');
        else if (sendable(code)) wire.close(code, reason.toString());
        else gone();
      });
      void deliver(open, client);
    });
  });
}

async function deliver(open: OpenExchange, client: WebSocket): Promise<void> {
  for (let index = 0; ; index++) {
    const frame = await open.incoming(index);
    if (!frame) break;
    const data = frame.kind === 'ws-binary' ? Buffer.from(frame.data, 'base64') : frame.data;
    // What a slow client has not taken is kept once, in the recording.
    await new Promise((written) => client.send(data, written));
  }
  const { end } = open.exchange;
  if (end?.kind === 'complete' && sendable(end.code)) client.close(end.code, end.message);
  else if (end?.kind === 'complete') client.close();
  else client.terminate();
}

/** What the server has said instead of a WebSocket, whole. */
function passRefusal(socket: Socket, { exchange: { response, end } }: OpenExchange): void {
  if (!response || response.status < 200) return refuseUpgrade(socket, [502, end?.message ?? 'no WebSocket']);
  const { status, headers, body } = response;
  const bytes = body ? bytesOf(body) : new Uint8Array();
  const lines = headers
    .filter(([name]) => !HOP_BY_HOP.test(name) && !/^content-(?:length|encoding)$/i.test(name))
    .concat([
      ['Content-Length', String(bytes.length)],
      ['Connection', 'close'],
    ])
    .map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`, 'latin1');
  socket.end(bytes);
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
