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

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
