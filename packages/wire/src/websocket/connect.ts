import { WireError } from '../wire-error.ts';
import { channelOf, WEBSOCKET_LIMITS } from './channel.ts';
import type { WebSocketChannel, WebSocketLimits } from './channel.ts';
import type { WebSocketConstructor, WebSocketLike } from './socket.ts';

export interface ConnectWebSocketOptions {
  /** Until the socket is open; an abort then rejects with the signal's reason. Later it means nothing. */
  signal?: AbortSignal | undefined;
  /** How long opening may take. Default 10,000. */
  timeoutMs?: number | undefined;
  /** Subprotocols, the preferred one first. */
  protocols?: string[] | undefined;
  /** Sent with the upgrade. Node and `ws` can; browsers cannot, and the call then rejects. */
  headers?: { [name: string]: string } | undefined;
  limits?: WebSocketLimits | undefined;
  /** Default: the global one, which browsers and Node from 22 on have. That of `ws` will do too. */
  WebSocket?: WebSocketConstructor | undefined;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Opens a WebSocket. Rejects with the signal's reason, or with `WireError`: `connect-timeout`, or
 * `connect-failed` for all else, from a URL that is none to a server that refuses; browsers and Node do not
 * say why.
 */
export function connectWebSocket(url: string | URL, options: ConnectWebSocketOptions = {}): Promise<WebSocketChannel> {
  const { signal, timeoutMs = 10_000, limits } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = construct(String(url), options);
    const channel = channelOf(socket, limits);

    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const fail = (reason: unknown) => {
      settle();
      reject(reason);
      // Before it is open, this drops the connection; after an error it means nothing more.
      socket.close();
    };
    const abort = () => fail(signal?.reason);
    const timer = setTimeout(
      () => fail(new WireError('connect-timeout', `${nameOf(url)}: no WebSocket within ${timeoutMs} ms`)),
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    signal?.addEventListener('abort', abort);
    socket.addEventListener('error', (event) => fail(connectFailed(url, event)));
    socket.addEventListener('open', () => {
      settle();
      resolve(channel);
    });
  });
}

function construct(
  url: string,
  { protocols = [], headers, limits, WebSocket }: ConnectWebSocketOptions,
): WebSocketLike {
  const Socket = WebSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
  if (!Socket)
    throw new WireError(
      'connect-failed',
      `${nameOf(url)}: this platform has no WebSocket; give one in options.WebSocket, that of \`ws\` for instance`,
    );
  const { messageBytes: maxPayload } = { ...WEBSOCKET_LIMITS, ...limits };
  try {
    // Web IDL makes the length of every platform's own constructor 1. Those of Node (undici's) take a dictionary.
    if (headers && Socket.length === 1) return new (Socket as unknown as NodeWebSocket)(url, { protocols, headers });
    return new Socket(url, protocols, { headers, maxPayload });
  } catch (cause) {
    throw connectFailed(url, { error: cause });
  }
}

type NodeWebSocket = new (url: string, init: { protocols: string[]; headers: object }) => WebSocketLike;

function connectFailed(url: string | URL, event: object): WireError {
  const { error, message } = event as { error?: unknown; message?: unknown };
  const why = (error instanceof Error && error.message) || message || 'the platform does not say why';
  return new WireError('connect-failed', `${nameOf(url)}: no WebSocket: ${String(why)}`, { cause: error });
}

/** Without what may be secret: the query and the password. */
function nameOf(url: string | URL): string {
  const { protocol, host, pathname } = URL.parse(url) ?? {};
  return host === undefined ? JSON.stringify(String(url)) : `${protocol}//${host}${pathname}`;
}
