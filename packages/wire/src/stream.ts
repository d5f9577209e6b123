import { openChunks } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';

/** Takes bytes; what they complete is emitted before the call returns. Either call may throw. */
export interface ByteDecoder {
  feed(bytes: Uint8Array): void;
  end(): void;
}

/**
 * What a decoder makes of `source`, value by value, read only as fast as it is taken. `start` gets the
 * function that takes a value and returns the decoder, so that a protocol can turn events into its own
 * values on the way, without a second generator around the first.
 *
 * Leaving the loop cancels the source. An abort throws the signal's reason, also between two values of one
 * chunk and while a read is pending. What the decoder or the source throws comes after the values before it.
 */
export function decodeStream<T>(
  source: ByteSource,
  start: (emit: (value: T) => void) => ByteDecoder,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  let ready: T[] = [];
  let at = 0;
  let over = false;
  let failure: { error: unknown } | undefined;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const decoder = start((value) => void ready.push(value));
  const chunks = openChunks(source, signal);

  function finish(reason?: { error: unknown }): Promise<void> {
    over = true;
    failure = reason;
    return chunks.cancel();
  }

  async function refill(): Promise<void> {
    ready = [];
    at = 0;
    while (ready.length === 0 && !over) {
      try {
        const chunk = await chunks.read();
        if (over) return;
        if (chunk) decoder.feed(chunk);
        else {
          over = true;
          decoder.end();
        }
      } catch (error) {
        void finish({ error });
      }
    }
  }

  function take(): IteratorResult<T, void> {
    if (at < ready.length) return { done: false, value: ready[at++] as T };
    if (!failure) return { done: true, value: undefined };
    const { error } = failure;
    failure = undefined;
    throw error;
  }

  async function takeAfter(others: Promise<unknown>): Promise<IteratorResult<T, void>> {
    waiting++;
    try {
      await others;
      if (at >= ready.length && !over) await refill();
      return take();
    } finally {
      waiting--;
    }
  }

  return {
    next() {
      if (signal?.aborted && !over) {
        ready = [];
        at = 0;
        void finish({ error: signal.reason });
      }
      // The hot path. An async generator would cost three turns of the microtask queue for each value.
      if (waiting === 0 && at < ready.length) return Promise.resolve(take());
      const result = takeAfter(last);
      last = result.catch(() => {});
      return result;
    },
    async return() {
      ready = [];
      at = 0;
      await finish();
      return { done: true, value: undefined };
    },
    async throw(error) {
      await this.return();
      throw error;
    },
    async [Symbol.asyncDispose]() {
      await this.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
