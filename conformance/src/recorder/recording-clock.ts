import { performance } from 'node:perf_hooks';

/** What makes several recorders write one recording: its time and its numbers. */
export interface RecordingClock {
  /** Milliseconds since the recording began. */
  nowMs(): number;
  /** Counts from 0. */
  nextExchangeId(): number;
}

export function createRecordingClock(): RecordingClock {
  const began = performance.now();
  let next = 0;
  return {
    // Microseconds are enough, and keep the recording readable.
    nowMs: () => Math.round((performance.now() - began) * 1000) / 1000,
    nextExchangeId: () => next++,
  };
}
