import type { Chunk } from '@agentproto/recording/fixture';
import { GrowingBytes } from './growing-bytes.ts';

/** Pieces of one answer that are kept apart. */
const MOST_PIECES = 100_000;

/** The content of an answer, as it passed: in its pieces, of which what comes after very many is one. */
export class PassedContent {
  readonly #chunks: Chunk[] = [];
  readonly #rest = new GrowingBytes();

  add(atMs: number, bytes: Uint8Array): void {
    const { length } = this.#chunks;
    if (length < MOST_PIECES) return void this.#chunks.push({ atMs, bytes });
    this.#rest.append(bytes);
    this.#chunks[MOST_PIECES - 1]!.atMs = atMs;
  }

  get chunks(): readonly Chunk[] {
    const last = this.#chunks.at(-1);
    if (!last || this.#rest.length === 0) return this.#chunks;
    return [...this.#chunks.slice(0, -1), { atMs: last.atMs, bytes: Buffer.concat([last.bytes, this.#rest.bytes]) }];
  }
}
