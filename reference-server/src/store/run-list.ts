import type { RunPlace } from './store.ts';

/** Places of one chunk; two of this size come of one that is full. */
const CHUNK = 256;

/**
 * Places of runs in order: the newest `statusAt` first, then by id. Kept the other way round, so that what is new comes
 * at the end; in chunks, so that a change anywhere moves few: it costs about the square root of the size at the worst,
 * and nearly always nothing but a push.
 */
export class RunList {
  readonly #chunks: RunPlace[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(place: RunPlace): void {
    this.#size += 1;
    const chunks = this.#chunks;
    const newest = chunks.at(-1);
    if (!newest) return void chunks.push([place]);
    // What is new comes at the end.
    if (newest.length < 2 * CHUNK - 1 && inOrder(newest.at(-1)!, place) < 0) return void newest.push(place);
    const at = this.#chunkOf(place);
    const chunk = chunks[at]!;
    const index = indexIn(chunk, place);
    if (index === chunk.length) chunk.push(place);
    else chunk.splice(index, 0, place);
    if (chunk.length >= 2 * CHUNK) chunks.splice(at + 1, 0, chunk.splice(CHUNK));
  }

  remove(place: RunPlace): void {
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    // And what goes is mostly the oldest.
    const at = chunks[0]![0]!.id === place.id ? 0 : this.#chunkOf(place);
    const chunk = chunks[at]!;
    const index = chunk[0]!.id === place.id ? 0 : indexIn(chunk, place);
    if (chunk[index]?.id !== place.id) return;
    this.#size -= 1;
    if (index === 0) chunk.shift();
    else chunk.splice(index, 1);
    if (chunk.length === 0) chunks.splice(at, 1);
  }

  /** At most `limit` after a place, from `since` on. */
  page(after: RunPlace | undefined, limit: number, since: number | undefined): RunPlace[] {
    const places: RunPlace[] = [];
    const chunks = this.#chunks;
    let at = after ? this.#chunkOf(after) : chunks.length - 1;
    let index = after ? indexIn(chunks[at] ?? [], after) : (chunks[at]?.length ?? 0);
    for (; at >= 0; at -= 1, index = chunks[at]?.length ?? 0) {
      for (let i = index - 1; i >= 0; i -= 1) {
        const place = chunks[at]![i]!;
        if (places.length >= limit || (since !== undefined && place.statusAt < since)) return places;
        places.push(place);
      }
    }
    return places;
  }

  /** How many are not older. */
  countSince(since: number): number {
    const chunks = this.#chunks;
    // Before every id of that moment in this order.
    const first = { statusAt: since, id: undefined };
    let count = 0;
    for (let at = chunks.length - 1; at >= 0; at -= 1) {
      const chunk = chunks[at]!;
      if (chunk[0]!.statusAt < since) return count + chunk.length - indexIn(chunk, first);
      count += chunk.length;
    }
    return count;
  }

  /** The first chunk whose last place is not before this one; the last chunk when there is none. */
  #chunkOf(place: RunPlace): number {
    const chunks = this.#chunks;
    let [low, high] = [0, chunks.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inOrder(chunks[middle]!.at(-1)!, place) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Where a place stands in a chunk, or would stand. */
function indexIn(chunk: readonly RunPlace[], place: { statusAt: number; id: string | undefined }): number {
  let [low, high] = [0, chunk.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inOrder(chunk[middle]!, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The oldest first, and by id from behind; no id comes before them all. */
export function inOrder(a: RunPlace, b: { statusAt: number; id: string | undefined }): number {
  if (a.statusAt !== b.statusAt) return a.statusAt - b.statusAt;
  if (b.id === undefined) return 1;
  return a.id > b.id ? -1 : a.id < b.id ? 1 : 0;
}
