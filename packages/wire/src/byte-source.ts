/** Where bytes come from: a fetch body, a Node stream, an async generator. */
export type ByteSource = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

export interface ChunkReader {
  /** The next chunk, or undefined at the end. Rejects with the signal's reason as soon as it aborts. */
  read(): Promise<Uint8Array | undefined>;
  /** Tells the source that no more is wanted. Never rejects. */
  cancel(): Promise<void>;
}

/** Reads `source` chunk by chunk, and nothing ahead. An abort cancels it, even while a read is pending. */
export function openChunks(source: ByteSource, signal?: AbortSignal): ChunkReader {
  const iterator = iterate(source);
  let open = true;

  async function cancel(): Promise<void> {
    if (!open) return;
    open = false;
    await Promise.resolve(iterator.return?.()).catch(() => {});
  }

  return {
    cancel,
    async read() {
      if (!open) return undefined;
      try {
        signal?.throwIfAborted();
        const step = await (signal ? orAbort(iterator.next(), signal) : iterator.next());
        if (!step.done) return step.value;
        open = false;
        return undefined;
      } catch (error) {
        // Not awaited: a generator answers `return` only once its pending read has settled, which may be never.
        if (signal?.aborted) void cancel();
        open = false;
        throw error;
      }
    },
  };
}

function iterate(source: ByteSource): AsyncIterator<Uint8Array> {
  if (!('getReader' in source)) return source[Symbol.asyncIterator]();
  // Not every browser can iterate a ReadableStream.
  const reader = source.getReader();
  return {
    async next() {
      const step = await reader.read();
      return step.done ? { done: true, value: undefined } : step;
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

// Not Promise.race: that would leave a reaction on one long-lived promise for every chunk of the stream.
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
