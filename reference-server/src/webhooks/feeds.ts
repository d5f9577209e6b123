/** One feed brings what happens in a run to a webhook. */
export type Feed = (signal: AbortSignal) => Promise<void>;

/** The feeds that are under way, by the key of their webhook. */
export interface Feeds {
  /** Runs the feed when the earlier ones of its key are over, so that order is kept. */
  add(key: string, feed: Feed): void;
  /** Ends the key's feeds, what is under way too. */
  stop(key: string): void;
  /** Ends them all. */
  close(): void;
}

interface Lane {
  abort: AbortController;
  last: Promise<void>;
}

export function createFeeds(report: (error: unknown) => void): Feeds {
  const lanes = new Map<string, Lane>();
  let closed = false;

  function stop(key: string): void {
    lanes.get(key)?.abort.abort();
    lanes.delete(key);
  }

  return {
    add(key, feed) {
      if (closed) return;
      const lane = lanes.get(key) ?? { abort: new AbortController(), last: Promise.resolve() };
      const { signal } = lane.abort;
      const last = lane.last.then(() => (signal.aborted ? undefined : feed(signal))).catch(report);
      lane.last = last;
      lanes.set(key, lane);
      void last.then(() => {
        if (lane.last === last && lanes.get(key) === lane) lanes.delete(key);
      });
    },
    stop,
    close() {
      closed = true;
      for (const key of lanes.keys()) stop(key);
    },
  };
}
