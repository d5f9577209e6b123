import { connect } from 'node:net';
import type { Script } from '../index.ts';

/** What a raw socket saw: every byte, and how the connection ended, if it did. */
export interface Seen {
  text: string;
  bytes: Buffer;
  end: 'FIN' | 'RST' | 'open';
  /** What came when, by the given clock. */
  came: { atMs: number; bytes: number }[];
}

export const script: Script = { steps: [{ text: 'one' }, { text: 'zwölf' }, { text: 'three' }, { text: 'four' }] };

/** Sends bytes and reads until the connection ends, or until `enough` of the text is there. */
export function raw(
  { url }: { url: string },
  request: string | Buffer,
  enough?: (text: string) => boolean,
  now: () => number = () => 0,
): Promise<Seen> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    const chunks: Buffer[] = [];
    const came: Seen['came'] = [];
    const done = (end: Seen['end']) => {
      socket.destroy();
      const bytes = Buffer.concat(chunks);
      resolve({ text: bytes.toString('latin1'), bytes, end, came });
    };
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      came.push({ atMs: now(), bytes: chunk.length });
      if (enough?.(Buffer.concat(chunks).toString('latin1'))) done('open');
    });
    socket.on('end', () => done('FIN'));
    socket.on('error', () => done('RST'));
  });
}

export const http = (path: string, body: unknown, more = ''): string => {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n${more}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};
export const carrying = { messages: [{ role: 'user', content: 'x', meta_data: { 'agentproto/script': script } }] };
export const lines = http('/api/chat-stream', carrying);
export const events = http('/v1/responses', {
  model: 'm',
  input: 'x',
  stream: true,
  metadata: { 'agentproto/script': JSON.stringify(script) },
});
export const plain = http('/api/chat', carrying);

/** The body of a chunked answer, whole or not. */
export function body({ bytes }: Seen): Buffer {
  let rest = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  if (!bytes.toString('latin1').toLowerCase().includes('transfer-encoding: chunked')) return rest;
  const parts: Buffer[] = [];
  for (;;) {
    const line = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.subarray(0, line).toString(), 16);
    if (line < 0 || !size) return Buffer.concat(parts);
    parts.push(rest.subarray(line + 2, line + 2 + size));
    rest = rest.subarray(line + 2 + size + 2);
  }
}
export const isWhole = ({ text }: Seen): boolean => text.endsWith('0\r\n\r\n');
/** A masked text frame. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(8);
  head.set([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}
export const upgrade = Buffer.concat([
  Buffer.from(
    'GET /api/chat-ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  ),
  masked(JSON.stringify(carrying)),
]);
/** The text frames that came after the handshake, and what is left of one that is cut. */
export function framesOf({ bytes }: Pick<Seen, 'bytes'>): { whole: string[]; rest: number } {
  let rest = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  const whole: string[] = [];
  while (rest.length >= 2) {
    const short = rest[1]! & 0x7f;
    const from = short < 126 ? 2 : 4;
    const length = short < 126 ? short : rest.readUInt16BE(2);
    if (rest.length < from + length) break;
    whole.push(rest.subarray(from, from + length).toString());
    rest = rest.subarray(from + length);
  }
  return { whole, rest: rest.length };
}
