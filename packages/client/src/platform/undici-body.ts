import type { Controller } from '#undici';
import type { ByteReader, ByteStream } from './raw.ts';

/** Bytes that wait for a reader, over which the connection is asked to pause. */
const HIGH_WATER_BYTES = 256 * 1024;

type Read = Awaited<ReturnType<ByteReader['read']>>;

const DONE: Read = { done: true };

/** The body of an answer as it comes: its own reader, for one reader there is. */
export class UndiciBody implements ByteStream, ByteReader {
  readonly #controller: Controller;
  /** Taken from the front, by index: `shift` moves all the rest. */
  #chunks: Uint8Array[] = [];
  #at = 0;
  #bytes = 0;
  #paused = false;
  #over = false;
  #failure: { error: unknown } | undefined;
  #waiting: { resolve: (read: Read) => void; reject: (error: unknown) => void } | undefined;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  getReader(): ByteReader {
    return this;
  }

  read(): Promise<Read> {
    const value = this.#chunks[this.#at];
    if (value) {
      this.#at++;
      this.#bytes -= value.byteLength;
      if (this.#at === this.#chunks.length) {
        this.#chunks = [];
        this.#at = 0;
      }
      if (this.#paused && this.#bytes < HIGH_WATER_BYTES / 2) {
        this.#paused = false;
        this.#controller.resume();
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure) return Promise.reject(this.#failure.error);
    if (this.#over) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  whole(): Uint8Array[] | undefined {
    if (!this.#over || this.#paused || this.#at > 0) return undefined;
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  /** Before its end, the connection is closed: nobody could use it until the rest has come. */
  async cancel(reason?: unknown): Promise<void> {
    if (this.#over || this.#failure) return;
    this.#controller.abort(reason instanceof Error ? reason : new Error('nobody reads the answer any more'));
  }

  push(chunk: Uint8Array): void {
    const waiting = this.#waiting;
    if (waiting) {
      this.#waiting = undefined;
      return waiting.resolve({ done: false, value: chunk });
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes < HIGH_WATER_BYTES || this.#paused) return;
    this.#paused = true;
    this.#controller.pause();
  }

  end(): void {
    this.#over = true;
    this.#waiting?.resolve(DONE);
    this.#waiting = undefined;
  }

  /** What came before is still read. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
