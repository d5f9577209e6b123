/** The part of a Node `Writable` or `http.ServerResponse` that is needed to write frames. */
export interface FrameSink {
  /** False: wait for `drain` before the next write. */
  write(frame: string | Uint8Array): boolean;
  end(): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
  off(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
  readonly destroyed?: boolean;
}

export interface WriteFramesOptions {
  /** Stops the writing; the sink stays open, so that the caller may say goodbye or cut it. */
  signal?: AbortSignal | undefined;
  /** Written after each silence of `everyMs`, always between whole frames, and never while the peer is not reading. */
  keepAlive?: { everyMs: number; frame: string } | undefined;
  /** How long the peer may refuse to read. Default 60,000. */
  stallMs?: number | undefined;
  /** Calls `fire` once after `ms`; returns what cancels it. Default: `setTimeout`. */
  setTimer?: ((ms: number, fire: () => void) => () => void) | undefined;
}

/**
 * How the writing ended. `complete`: every frame was written and the sink ended. `left`: the peer went away.
 * `aborted`: the signal said stop. `stalled`: the peer did not read for `stallMs`. After the last two the
 * sink is open still, and the caller's.
 */
export type FramesEnd = 'complete' | 'left' | 'aborted' | 'stalled';

/**
 * Writes whole frames to `sink`, one write each. A frame is taken only when the sink has room for it, so
 * that a slow peer slows the source and memory stays bounded. Whatever stops the writing also ends
 * `frames` (its `return` is called). Rejects with what `frames` throws; the sink is then open still.
 */
export async function writeFrames(
  frames: AsyncIterable<string | Uint8Array>,
  sink: FrameSink,
  options: WriteFramesOptions = {},
): Promise<FramesEnd> {
  const { signal, keepAlive, stallMs = 60_000, setTimer = startTimeout } = options;
  const state: { end?: FramesEnd; drained?: boolean; wake?: (why: 'event' | 'late') => void } = {};
  const stop = (end: FramesEnd) => {
    state.end ??= end;
    state.wake?.('event');
  };
  const left = () => stop('left');
  const aborted = () => stop('aborted');
  const drained = () => {
    state.drained = true;
    state.wake?.('event');
  };

  /** Until anything happens, or for `ms`. */
  function asleep(ms?: number): Promise<'event' | 'late'> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? undefined : setTimer(ms, () => state.wake?.('late'));
      state.wake = (why) => {
        cancel?.();
        resolve(why);
      };
    });
  }

  async function write(frame: string | Uint8Array): Promise<void> {
    if (sink.destroyed) return left();
    state.drained = sink.write(frame);
    while (!state.drained && !state.end) {
      if ((await asleep(stallMs)) === 'late') stop('stalled');
    }
  }

  const iterator = frames[Symbol.asyncIterator]();
  let sourceOpen = true;
  sink.on('drain', drained);
  sink.on('close', left);
  sink.on('error', left);
  signal?.addEventListener('abort', aborted);
  if (sink.destroyed) left();
  if (signal?.aborted) aborted();
  try {
    while (!state.end) {
      const next: { step?: IteratorResult<string | Uint8Array>; failure?: { error: unknown } } = {};
      const take = async () => {
        try {
          next.step = await iterator.next();
        } catch (error) {
          next.failure = { error };
        }
        state.wake?.('event');
      };
      void take();
      while (!next.step && !next.failure && !state.end) {
        if ((await asleep(keepAlive?.everyMs)) === 'late' && keepAlive) await write(keepAlive.frame);
      }
      if (next.failure || next.step?.done) sourceOpen = false;
      if (next.failure) throw next.failure.error;
      if (state.end || !next.step) break;
      if (next.step.done) {
        sink.end();
        return 'complete';
      }
      await write(next.step.value);
    }
    return state.end ?? 'complete';
  } finally {
    sink.off('drain', drained);
    sink.off('close', left);
    sink.off('error', left);
    signal?.removeEventListener('abort', aborted);
    // Not awaited: a generator answers only once its pending step has settled, which may be never.
    if (sourceOpen) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

function startTimeout(ms: number, fire: () => void): () => void {
  const timer = setTimeout(fire, ms);
  return () => clearTimeout(timer);
}
