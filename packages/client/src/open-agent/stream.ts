/// <reference lib="esnext.disposable" preserve="true" />
import { late } from '../late.ts';
import { LateReading } from '../late-reading.ts';
import type { Lifetime } from '../lifetime.ts';
import type { EventReading } from './reading.ts';

/** With the first stream: its reader, and what its events amount to. */
export const following = late(() => import('./following.ts'));

/**
 * The events of one answer as they happen. Nothing is sent before the first read, and it can be read once. A stream that
 * stops before its end throws `StreamTruncatedError`, with what there is of the result. Leaving the loop disconnects,
 * which is how a run is canceled: the API has no other way.
 */
export class EventStream<Event, Result> implements AsyncIterable<Event>, AsyncDisposable {
  readonly #late: LateReading<Event, Result, EventReading<Event, Result>>;
  readonly #nothing: () => Result;

  /** `nothing` is what no events amount to. */
  constructor(
    begin: () => Lifetime,
    open: (life: Lifetime, owner: object) => Promise<EventReading<Event, Result>>,
    nothing: () => Result,
  ) {
    this.#late = new LateReading(begin, (life) => open(life, this));
    this.#nothing = nothing;
  }

  /** What the events read so far amount to. */
  partial(): Result {
    const reading = this.#late.now;
    return reading ? reading.partial() : this.#nothing();
  }

  /** Throws when it is called again: what was read is gone, and a second loop would see nothing. */
  [Symbol.asyncIterator](): AsyncIterator<Event, void, undefined> {
    return this.#late.iterate();
  }

  /** Reads the rest, and gives what it came to. Throws as reading does. */
  final(): Promise<Result> {
    return this.#late.final();
  }

  /** Disconnects; a read that is pending fails with `AbortedError`. */
  close(): Promise<void> {
    return this.#late.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
