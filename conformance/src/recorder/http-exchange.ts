import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { followRequest } from './http-response.ts';
import type { OpenExchange } from './open-exchange.ts';

/** The connections of one recording, kept alive between its exchanges. */
export class ConnectionPool {
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: 256 }),
    https: new https.Agent({ keepAlive: true, maxSockets: 256 }),
  };
  readonly #used = new WeakSet<Socket>();

  /** Begins a request; on a connection of its own when `fresh`. Throws when the request cannot be written. */
  request(url: URL, method: string, headers: readonly string[], fresh: boolean): http.ClientRequest {
    const kind = url.protocol === 'https:' ? 'https' : 'http';
    const agent = fresh ? false : this.#agents[kind];
    return (kind === 'https' ? https : http).request(url, { method, headers, agent });
  }

  isReused(socket: Socket): boolean {
    return this.#used.has(socket);
  }

  connected(socket: Socket): void {
    this.#used.add(socket);
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}

/**
 * Sends the exchange's request over HTTP and records what comes of it. A kept connection that the peer
 * had closed before it saw the request (it is gone before any byte came) is nobody's fault: the request
 * is sent once more, on a new connection.
 */
export function startHttpExchange(
  open: OpenExchange,
  url: URL,
  body: Uint8Array | undefined,
  pool: ConnectionPool,
  { fresh = false, readAfter }: { fresh?: boolean; readAfter?: Promise<unknown> | undefined } = {},
): void {
  const { method, headers } = open.exchange.request;
  let request: http.ClientRequest;
  try {
    request = pool.request(url, method, headers.flat(), fresh);
  } catch (error) {
    return open.end('left', `the request could not be written: ${String(error)}`);
  }
  followRequest(request, open, {
    isReused: (socket) => pool.isReused(socket),
    onConnected: (socket) => pool.connected(socket),
    ...(fresh ? {} : { onStale: () => startHttpExchange(open, url, body, pool, { fresh: true, readAfter }) }),
    ...(readAfter && { readAfter }),
  });
  request.end(body);
}
