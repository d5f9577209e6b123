/** Messages between a socket, which cannot wait, and whoever takes them. */
export interface MessageQueue<T> {
  /** False: there is no room, and the value was not kept. */
  push(value: T, bytes: number): boolean;
  /** No more will come. Every loop throws `error`, if there is one, after the values that are left. */
  end(error?: Error): void;
  /** Leaving a loop leaves the queue as it is; the next loop goes on from there. */
  readonly values: AsyncIterable<T>;
}

interface Waiting<T> {
  by: AsyncIterator<T>;
  resolve(step: IteratorResult<T>): void;
  reject(error: Error): void;
}

const DONE = { done: true, value: undefined } as const;

export function createMessageQueue<T>(room: { values: number; bytes: number }): MessageQueue<T> {
  let waiting: Waiting<T>[] = [];
  let fresh: { value: T; bytes: number }[] = [];
  /** Older than `fresh`, newest first, so that taking one costs the same however many there are. */
  let stale: typeof fresh = [];
  let bytesKept = 0;
  let ending: { error?: Error } | undefined;

  function shift(): T | undefined {
    if (stale.length === 0) [stale, fresh] = [fresh.reverse(), []];
    const next = stale.pop();
    bytesKept -= next?.bytes ?? 0;
    return next?.value;
  }

  function loop(): AsyncIterator<T> {
    let told = false;
    const iterator: AsyncIterator<T> = {
      next() {
        if (fresh.length + stale.length > 0) return Promise.resolve({ done: false, value: shift() as T });
        if (!ending) return new Promise((resolve, reject) => void waiting.push({ by: iterator, resolve, reject }));
        if (!ending.error || told) return Promise.resolve(DONE);
        told = true;
        return Promise.reject(ending.error);
      },
      return() {
        for (const one of waiting) if (one.by === iterator) one.resolve(DONE);
        waiting = waiting.filter((one) => one.by !== iterator);
        return Promise.resolve(DONE);
      },
    };
    return iterator;
  }

  return {
    values: { [Symbol.asyncIterator]: loop },
    push(value, bytes) {
      if (ending) return true;
      const taker = waiting.shift();
      if (taker) {
        taker.resolve({ done: false, value });
        return true;
      }
      if (fresh.length + stale.length >= room.values || bytesKept + bytes > room.bytes) return false;
      fresh.push({ value, bytes });
      bytesKept += bytes;
      return true;
    },
    end(error) {
      if (ending) return;
      ending = error ? { error } : {};
      for (const { by, resolve, reject } of waiting) void by.next().then(resolve, reject);
      waiting = [];
    },
  };
}
