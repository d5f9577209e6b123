import type { HeaderRecord } from '../headers.ts';
import { type Ending, signalOf } from '../ending.ts';

/** The bytes of a body, as `ReadableStream` has them and no more of it. */
export interface ByteStream {
  getReader(): ByteReader;
  /** Nobody wants the rest: the connection is let go. */
  cancel(reason?: unknown): Promise<void>;
  /** All of it, where all has come and nobody has begun to read: most answers come with their head. */
  whole?(): Uint8Array[] | undefined;
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

/** A request without objects of the platform, which cost more than all the rest and are made only where somebody asks. */
export interface Outgoing {
  /** For those who watch, with the attempt. */
  readonly operation: string;
  readonly attempt: number;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderRecord;
  readonly body?: string | undefined;
  readonly until: Ending;
}

/** Sends one request. A platform's own follows no redirect, and rejects with whatever the platform throws. */
export type Send = (request: Outgoing) => Promise<ClientResponse>;

/** What carries the requests of one client. */
export interface Platform {
  send: Send;
  /** Closes the connections. */
  close(): void;
}

/** Whatever implements `fetch`. */
export function viaFetch(fetch: typeof globalThis.fetch): Platform {
  return {
    send: ({ method, url, headers, body, until }) =>
      fetch(url, {
        method,
        headers: new Headers(headers),
        signal: signalOf(until),
        redirect: 'manual',
        ...(body !== undefined && { body }),
      }),
    close: () => {},
  };
}
