import { AbortedError, isAgentProtoError, StreamTruncatedError } from '../errors.ts';
import { HandOut } from '../hand-out.ts';
import type { Reading } from '../late-reading.ts';
import type { Lifetime } from '../lifetime.ts';
import { place } from '../middleware.ts';
import type { Asked, OpenAgentCall } from './call.ts';
import { type Format, type Progress, receive } from './receive.ts';

/** What the events of one stream amount to. */
export interface Fold<Event, Result> {
  /** Counts an event in. True: it ends the stream. Throws what a server that breaks off says. */
  add(event: Event): boolean;
  /** A copy, which later events leave alone. */
  result(): Result;
  /** Nothing came after the events so far, and the connection is closed: whether that is an end. */
  mayEndHere(sentinel: boolean): boolean;
  /** What must come before a stream may end, for messages. */
  readonly end: string;
}

export interface StreamSource<Event, Result> {
  call: OpenAgentCall;
  asked: Asked;
  format: Format<Event>;
  fold: Fold<Event, Result>;
  /** What `final` makes of the result; it may throw. */
  finish?: (result: Result) => Result;
}

/** Reads an `EventStream`. */
export class EventReading<Event, Result> implements Reading<Event, Result> {
  readonly #source: StreamSource<Event, Result>;
  readonly #life: Lifetime;
  /** For messages. */
  readonly #where: string;
  readonly events: HandOut<Event[], Event>;
  readonly #progress: Progress;
  #count = 0;
  #ended = false;
  #failure: { error: unknown } | undefined;

  /** `owner` is what the answer is kept with. */
  constructor(source: StreamSource<Event, Result>, life: Lifetime, owner: object) {
    this.#source = source;
    this.#life = life;
    this.#progress = { unread: { count: 0, why: '' }, answered: false, done: false, sentinel: false, owner };
    this.#where = place({ operation: source.call.name, url: source.asked.url });
    this.events = new HandOut(this.#run(), (batch, index) => this.#take(batch[index]!));
  }

  /** What the events read so far amount to. */
  partial(): Result {
    return this.#source.fold.result();
  }

  /** Reads the rest, and gives what it came to. Throws as reading does. */
  async final(): Promise<Result> {
    await this.events.drain();
    if (this.#failure) throw this.#failure.error;
    if (!this.#ended) throw new AbortedError('the stream was left before its end');
    const { fold, finish } = this.#source;
    return finish ? finish(fold.result()) : fold.result();
  }

  async *#run(): AsyncGenerator<Event[], void, undefined> {
    const { call, asked, format, fold } = this.#source;
    const progress = this.#progress;
    const life = this.#life;
    try {
      try {
        for await (const batch of receive(call, asked, format, life, progress)) yield batch;
        if (!this.#ended && !fold.mayEndHere(progress.sentinel)) throw this.#truncated();
        this.#ended = true;
      } catch (error) {
        // Whatever the end of the whole stream broke, the end is the reason.
        life.throwIfAborted();
        if (isAgentProtoError(error, 'DEVIATION')) throw error;
        if (progress.sentinel && fold.mayEndHere(true)) this.#ended = true;
        if (!this.#ended) {
          throw progress.answered && isAgentProtoError(error, 'CONNECTION_FAILED') ? this.#truncated(error) : error;
        }
        if (isAgentProtoError(error, 'ABORTED'))
          call.report('stream-left-open', `${this.#where}: expected it to be closed`);
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      life.close();
    }
  }

  /** Counts an event in; undefined: it is not for the consumer. */
  #take(event: Event): Event | undefined {
    if (this.#life.aborted) this.#life.throwIfAborted();
    const { fold, call } = this.#source;
    if (this.#ended) {
      call.report('event-after-end', `${this.#where}: expected nothing after the end`);
      return undefined;
    }
    this.#count++;
    if (fold.add(event)) this.#ended = this.#progress.done = true;
    return event;
  }

  #truncated(cause?: unknown): StreamTruncatedError<Result> {
    const { fold } = this.#source;
    const seen = { events: this.#count, unread: this.#progress.unread, partial: fold.result() };
    return new StreamTruncatedError(fold.end, seen, cause ? { cause } : undefined);
  }
}
