/** What is needed of a WebSocket: a browser's, Node's, or one of `ws`, client or server side. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Cuts the connection. Only `ws` has it. */
  terminate?(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: object) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string; wasClean: boolean }) => void): void;
}

/** `options` is the third argument of `ws`; others do not look at it. */
export interface WebSocketConstructor {
  new (url: string, protocols?: string | string[], options?: object): WebSocketLike;
}

/** `WebSocket.OPEN`. */
export const OPEN = 1;
