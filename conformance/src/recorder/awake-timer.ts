/** A wait is cut into so many strides, of no more than so long. */
const STRIDES = 8;
const LONGEST_MS = 250;

/**
 * Rings once after `ms` in which we could listen. Silence is held against a target, and a process that is held up (another
 * one has the processor, a module loads) hears nothing: such a gap counts for one stride, however long it was. Sockets are
 * read after each stride, the last one included.
 */
export class AwakeTimer {
  readonly #ms: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  #leftMs: number;
  /** Changes with every `refresh`; undefined after `stop`. */
  #round: number | undefined = 0;

  constructor(ms: number, ring: () => void) {
    this.#ms = this.#leftMs = ms;
    const strideMs = Math.min(LONGEST_MS, ms / STRIDES);
    this.#timer = setTimeout(() => {
      this.#leftMs -= strideMs;
      // Half a stride: fractions do not add up.
      if (this.#leftMs > strideMs / 2) return void this.#timer.refresh();
      const round = this.#round;
      setImmediate(() => {
        if (round !== undefined && round === this.#round) ring();
      });
    }, strideMs);
  }

  /** The wait begins anew. */
  refresh(): void {
    if (this.#round === undefined) return;
    this.#round++;
    this.#leftMs = this.#ms;
    this.#timer.refresh();
  }

  /** It never rings. */
  stop(): void {
    this.#round = undefined;
    clearTimeout(this.#timer);
  }
}
