import type { ServerResponse } from 'node:http';
import type { WireFault } from '@agentproto/script';

/** Ends the connection in the middle of an answer, after what was written: with a FIN, or with a RST. */
export function cut({ socket }: Pick<ServerResponse, 'socket'>, how: 'disconnect' | 'reset'): void {
  // What was written in this round of the event loop leaves at its end; a reset would throw it away.
  if (how === 'reset') setImmediate(() => socket?.resetAndDestroy());
  else socket?.destroySoon();
}

/** A plain answer with a fault; its head is written. */
export function sendFaulty(response: ServerResponse, body: Buffer, fault: WireFault): void {
  switch (fault) {
    case 'stall':
      return;
    case 'disconnect':
    case 'reset':
      return cut(response, fault);
    case 'truncate':
      response.write(body.subarray(0, body.length >> 1));
      return cut(response, 'disconnect');
    case 'bad-json':
      return void response.end(body.fill(' ', body.length >> 1));
    case 'split-utf8':
      for (const piece of splitUtf8(body.toString())) response.write(piece);
      return void response.end();
    case 'duplicate-event':
      return void response.end(body);
  }
}

/** Two pieces, the cut inside the first character that takes more than one byte, else in the middle. Legal, and a trap. */
export function splitUtf8(text: string): Uint8Array[] {
  const bytes = Buffer.from(text);
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const at = first < 0 ? bytes.length >> 1 : first + 1;
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** As much of a text as comes byte by byte: as all but the longest events. A megabyte would be a million writes, and no more to learn. */
const SINGLE_BYTES = 4_096;

/** A chunk for each byte, and one for what is beyond `SINGLE_BYTES`. Legal, and a trap. */
export function byteByByte(text: string): Uint8Array[] {
  const bytes = Buffer.from(text);
  const single = Array.from(bytes.subarray(0, SINGLE_BYTES), (byte) => Uint8Array.of(byte));
  return bytes.length > SINGLE_BYTES ? [...single, bytes.subarray(SINGLE_BYTES)] : single;
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
