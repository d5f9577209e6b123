import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { bodyOf } from './body.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { followRequest } from './http-response.ts';
import type { OpenExchange } from './open-exchange.ts';
import type { RawSpec } from './request-spec.ts';

/**
 * Writes the pieces to a socket of their own and records the answer. Node's HTTP client reads that answer:
 * its request is never written, so that nothing but the pieces goes out.
 */
export function startRawExchange(open: OpenExchange, url: URL, pieces: RawSpec['pieces']): void {
  const { request: recorded } = open.exchange;
  const socket = connect(url);
  const request = http.request({ method: recorded.method === 'HEAD' ? 'HEAD' : 'GET', createConnection: () => socket });
  const sent = new GrowingBytes();
  const over = new AbortController();
  open.onEnd(() => {
    over.abort();
    socket.destroy();
    const body = bodyOf(sent.bytes);
    if (body) recorded.body = body;
  });
  followRequest(request, open, {
    isReused: () => false,
    onConnected: () => void write(socket, pieces, sent, open, over.signal),
  });
}

function connect(url: URL): net.Socket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol !== 'https:') return net.connect({ host, port: Number(url.port || 80) });
  return tls.connect({ host, port: Number(url.port || 443), ...(net.isIP(host) ? {} : { servername: host }) });
}

async function write(
  socket: net.Socket,
  pieces: RawSpec['pieces'],
  sent: GrowingBytes,
  open: OpenExchange,
  over: AbortSignal,
): Promise<void> {
  for (const piece of pieces) {
    open.timers.hold();
    if (typeof piece === 'object' && 'pauseMs' in piece) {
      await sleep(piece.pauseMs, undefined, { signal: over }).catch(() => {});
    } else {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      sent.append(bytes);
      await new Promise((written) => socket.write(bytes, written));
    }
    if (over.aborted) return;
  }
  open.timers.touch();
}

/** The method that raw bytes begin with, for the record; `RAW` where there is none. */
export function methodOf(pieces: RawSpec['pieces']): string {
  const first = pieces.find((piece) => typeof piece === 'string' || piece instanceof Uint8Array);
  const head = typeof first === 'string' ? first : Buffer.from(first ?? []).toString('latin1');
  return /^([A-Za-z-]{1,32}) /.exec(head)?.[1] ?? 'RAW';
}
