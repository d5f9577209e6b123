import { createHash } from 'node:crypto';
import type net from 'node:net';
import { tcpTarget, type LoopbackTarget } from './loopback.test.data.ts';

/** Answers the upgrade by hand and gives the connection to `play`; `head` may say something else. */
export function handmadeSocket(
  play: (socket: net.Socket) => void,
  head = (accept: string) =>
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
): Promise<LoopbackTarget> {
  return asSocket(
    tcpTarget((socket, received) => {
      const key = /^sec-websocket-key: (.*)$/im.exec(received.toString())?.[1]?.trim();
      socket.write(head(createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')));
      play(socket);
    }),
  );
}

export async function asSocket(target: Promise<LoopbackTarget>): Promise<LoopbackTarget> {
  const { url, [Symbol.asyncDispose]: dispose } = await target;
  return { url: url.replace(/^http/, 'ws'), [Symbol.asyncDispose]: dispose };
}
