/// <reference lib="esnext.disposable" preserve="true" />
import { WireError } from '../wire-error.ts';
import { createMessageQueue } from './message-queue.ts';
import { OPEN } from './socket.ts';
import type { WebSocketLike } from './socket.ts';

export interface WebSocketMessage {
  /** Text, or bytes where the message was binary. */
  data: string | Uint8Array;
}

export interface WebSocketClosed {
  /** RFC 6455, section 7.4; 1005: the peer gave none; 1006: the connection broke. */
  code: number;
  reason: string;
  /** The closing handshake was completed. */
  clean: boolean;
}

/** What passes a limit closes the socket with 1009, or with 4009 where a browser does not allow that. */
export interface WebSocketLimits {
  /**
   * One incoming message. Default 16 MiB. `ws` refuses a longer one before it is kept; a browser and Node's
   * own WebSocket can be asked only afterwards.
   */
  messageBytes?: number;
  /** How many messages may have come that nobody took yet. Default 16,384. */
  queue?: number;
  /** How many bytes they may have. Default 64 MiB. */
  queueBytes?: number;
  /** How many bytes may wait to be sent; more are refused, and the socket stays open. Default 64 MiB. */
  sendBytes?: number;
}

const MIB = 1024 * 1024;

export const WEBSOCKET_LIMITS: Readonly<Required<WebSocketLimits>> = {
  messageBytes: 16 * MIB,
  queue: 16_384,
  queueBytes: 64 * MIB,
  sendBytes: 64 * MIB,
};

/** How long the peer may take to answer a close frame. */
const CLOSING_MS = 5_000;

/** A WebSocket that waits for whoever reads it. */
export interface WebSocketChannel extends AsyncDisposable {
  /**
   * Text or binary, as its type says. Throws `WireError`: `closed`, also while closing; `send-limit`, when
   * too much waits already.
   */
  send(data: string | Uint8Array): void;
  /**
   * What the peer says, in order. Leaving a loop leaves the socket open, and the next loop goes on from
   * there. Ends when the socket has closed in good order, whatever its code, or by our `close`. Throws
   * `WireError` when the connection broke (`broken`) or a limit was passed (`message-limit`, `queue-limit`).
   */
  readonly messages: AsyncIterable<WebSocketMessage>;
  /** Resolves when the socket has closed, however it did; never rejects. */
  readonly closed: Promise<WebSocketClosed>;
  /**
   * Starts the closing handshake, default 1000, and waits for its end: 5 seconds at most, then the connection
   * is given up. Rejects with `WireError` (`bad-field`) when the socket refuses the code or the reason: browsers allow
   * 1000 and 3000 to 4999, and 123 bytes.
   */
  close(code?: number, reason?: string): Promise<WebSocketClosed>;
}

/**
 * The channel of a WebSocket that is there already, such as a server gets from `ws`. Call it before the
 * first message can come: a listener that is late misses it. Nobody else should read the socket then.
 */
export function channelOf(socket: WebSocketLike, limits: WebSocketLimits = {}): WebSocketChannel {
  const { messageBytes, queue, queueBytes, sendBytes } = { ...WEBSOCKET_LIMITS, ...limits };
  for (const [name, value] of Object.entries({ messageBytes, queue, queueBytes, sendBytes })) {
    if (!(value > 0)) throw new RangeError(`${name}: expected a number above 0, got ${value}`);
  }
  const kept = createMessageQueue<WebSocketMessage>({ values: queue, bytes: queueBytes });
  const { promise: closed, resolve } = Promise.withResolvers<WebSocketClosed>();
  let closing: ReturnType<typeof setTimeout> | undefined;

  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', (event) => {
    const data = typeof event.data === 'string' ? event.data : bytesOf(event.data);
    const bytes = byteLength(data);
    if (bytes > messageBytes) cut(messageLimit());
    else if (!kept.push({ data }, bytes)) {
      const what = `${queue} messages (queue) or ${queueBytes} bytes (queueBytes)`;
      cut(new WireError('queue-limit', `more than ${what} came that nobody took`));
    }
  });
  socket.addEventListener('error', (event) => {
    // Of `ws`, which then closes by itself. After any other error comes `close`, which says more.
    if (isTooLong(event)) kept.end(messageLimit());
  });
  socket.addEventListener('close', ({ code, reason, wasClean }) => finish({ code, reason, clean: wasClean }));

  function finish(how: WebSocketClosed): void {
    const broken = !how.clean && closing === undefined;
    kept.end(
      broken ? new WireError('broken', `the connection broke without a closing handshake (${how.code})`) : undefined,
    );
    clearTimeout(closing);
    resolve(how);
  }

  /** Sends the close frame unless one was sent, and waits for so long. Throws what the socket thinks of code and reason. */
  function shut(code: number, reason: string): void {
    socket.close(code, reason);
    closing ??= setTimeout(() => {
      socket.terminate?.();
      finish({ code: 1006, reason: '', clean: false });
    }, CLOSING_MS);
  }

  function cut(error: WireError): void {
    kept.end(error);
    try {
      shut(1009, error.code);
    } catch {
      shut(4009, error.code);
    }
  }

  function messageLimit(): WireError {
    return new WireError('message-limit', `a message is longer than ${messageBytes} bytes (messageBytes)`, {
      limit: messageBytes,
    });
  }

  async function close(code = 1000, reason = ''): Promise<WebSocketClosed> {
    try {
      shut(code, reason);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : cause;
      throw new WireError('bad-field', `expected a close code and a reason that may be sent: ${why}`, { cause });
    }
    return closed;
  }

  return {
    messages: kept.values,
    closed,
    close,
    send(data) {
      const { readyState } = socket;
      if (readyState !== OPEN) {
        throw new WireError(
          'closed',
          `expected an open WebSocket, it is ${['connecting', '', 'closing'][readyState] ?? 'closed'}`,
        );
      }
      if (socket.bufferedAmount + byteLength(data) > sendBytes) {
        throw new WireError('send-limit', `more than ${sendBytes} bytes (sendBytes) would wait to be sent`, {
          limit: sendBytes,
        });
      }
      socket.send(data);
    },
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return new Uint8Array(data as ArrayBuffer);
}

const utf8 = new TextEncoder();

function byteLength(data: string | Uint8Array): number {
  return typeof data === 'string' ? utf8.encode(data).length : data.length;
}

function isTooLong(event: object): boolean {
  const { error } = event as { error?: { code?: unknown } };
  return error?.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
}
