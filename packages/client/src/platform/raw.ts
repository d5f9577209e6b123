/** The bytes of a body, as `ReadableStream` has them and no more of it. */
export interface ByteStream {
  getReader(): ByteReader;
  /** Nobody wants the rest: the connection is let go. */
  cancel(reason?: unknown): Promise<void>;
}

export interface ByteReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

/** An answer whose head has come. A `Response` is one. */
export interface ClientResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ByteStream | null;
  /** `opaqueredirect` in browsers. */
  readonly type?: string;
}

export interface RawRequest {
  /** For those who watch. */
  operation?: string;
  attempt?: number;
  method: string;
  headers: Headers;
  body: string | undefined;
  signal: AbortSignal;
}

/** Sends one request and follows no redirect. Rejects with whatever the platform throws. */
export type RawSend = (url: string, request: RawRequest) => Promise<ClientResponse>;

/** What carries the requests of one client. */
export interface Platform {
  send: RawSend;
  /** Closes the connections. */
  close(): void;
}

/** Whatever implements `fetch`. */
export function viaFetch(fetch: typeof globalThis.fetch): Platform {
  return {
    send: (url, { method, headers, body, signal }) =>
      fetch(url, { method, headers, signal, redirect: 'manual', ...(body !== undefined && { body }) }),
    close: () => {},
  };
}
