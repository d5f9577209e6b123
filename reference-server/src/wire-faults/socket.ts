import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { SetTimer } from '../timer.ts';
import { Damaged } from './damaged.ts';
import type { Damage } from './fault.ts';
import { Line } from './line.ts';
import { endConnection } from './response.ts';
import type { TakenFault } from './taken-fault.ts';

type Options = { fin?: boolean; binary?: boolean };
type Sent = (error?: Error) => void;

/** Damages the messages that will be sent on a socket: each is an event. */
export function damageSocket(
  socket: WebSocket,
  connection: Socket,
  fault: TakenFault & { damage: Damage },
  setTimer: SetTimer,
): void {
  const damaged = new Damaged(fault);
  const line = new Line(
    {
      // Frames are made here, so that a place inside of one can be named.
      send: (bytes) => void connection.write(bytes),
      end: (how) => endConnection(connection, how),
      // Half a frame has nothing that could end it.
      finish: () => endConnection(connection, 'close'),
    },
    setTimer,
  );
  socket.once('close', () => {
    line.leave();
    fault.over();
  });
  let parts: Buffer[] = [];
  const send = (data: string | Uint8Array, given?: Options | Sent, then?: Sent): void => {
    const options = typeof given === 'object' ? given : {};
    const sent = typeof given === 'function' ? given : then;
    parts.push(Buffer.from(data as string));
    if (options.fin === false) return sent?.();
    const payload = Buffer.concat(parts);
    parts = [];
    const head = headOf(payload.length, options.binary ?? typeof data !== 'string');
    line.do(damaged.event(Buffer.concat([head, payload]), head.length), () => sent?.());
  };
  // Behind what was said before it: no message comes after a Close (RFC 6455, 5.5.1).
  const close = socket.close.bind(socket);
  Object.assign(socket, { send, close: (code?: number, reason?: string) => line.do([], () => close(code, reason)) });
}

/** The head of a whole frame from a server, which masks nothing (RFC 6455, 5.2). */
function headOf(length: number, isBinary: boolean): Buffer {
  const first = isBinary ? 0x82 : 0x81;
  if (length < 126) return Buffer.of(first, length);
  if (length < 65_536) return Buffer.of(first, 126, length >> 8, length & 0xff);
  const head = Buffer.alloc(10);
  head.set([first, 127]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
