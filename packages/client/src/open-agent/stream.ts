/// <reference lib="esnext.disposable" preserve="true" />
import { lifeOf } from '../call.ts';
import { AbortedError, InvalidInputError, isAgentProtoError, StreamTruncatedError } from '../errors.ts';
import { HandOut } from '../hand-out.ts';
import { late } from '../late.ts';
import type { Lifetime } from '../lifetime.ts';
import { place } from '../middleware.ts';
import type { Asked, OpenAgentCall } from './call.ts';
import type { Format, Progress } from './receive.ts';

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

/** With the first stream, and its reader of server-sent events. */
const reader = late(() => import('./receive.ts'));

/**
 * The events of one answer as they happen. Nothing is sent before the first read, and it can be read once. A stream that
 * stops before its end throws `StreamTruncatedError`, with what there is of the result. Leaving the loop disconnects,
 * which is how a run is canceled: the API has no other way.
 */
export class EventStream<Event, Result> implements AsyncIterable<Event>, AsyncDisposable {
  readonly #source: StreamSource<Event, Result>;
  /** For messages. */
  readonly #where: string;
  readonly #events: HandOut<Event[], Event>;
  readonly #progress: Progress = {
    unread: { count: 0, why: '' },
    answered: false,
    done: false,
    sentinel: false,
    owner: this,
  };
  #life: Lifetime | undefined;
  #count = 0;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #read = false;

  constructor(source: StreamSource<Event, Result>) {
    this.#source = source;
    this.#where = place({ operation: source.call.name, url: source.asked.url });
    this.#events = new HandOut(this.#run(), (batch, index) => this.#take(batch[index]!));
  }

  /** What the events read so far amount to. */
  partial(): Result {
    return this.#source.fold.result();
  }

  /** Throws when it is called again: what was read is gone, and a second loop would see nothing. */
  [Symbol.asyncIterator](): AsyncIterator<Event, void, undefined> {
    if (this.#read) throw new InvalidInputError('a stream can be read once: keep its events, or use final()');
    this.#read = true;
    return this.#events;
  }

  /** Reads the rest, and gives what it came to. Throws as reading does. */
  async final(): Promise<Result> {
    this.#read = true;
    await this.#events.drain();
    if (this.#failure) throw this.#failure.error;
    if (!this.#ended) throw new AbortedError('the stream was left before its end');
    const { fold, finish } = this.#source;
    return finish ? finish(fold.result()) : fold.result();
  }

  /** Disconnects; a read that is pending fails with `AbortedError`. */
  async close(): Promise<void> {
    this.#life?.end(new AbortedError('the stream was closed'));
    await this.#events.return();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#run(): AsyncGenerator<Event[], void, undefined> {
    const { call, asked, format, fold } = this.#source;
    const progress = this.#progress;
    const life = (this.#life = lifeOf(call));
    try {
      try {
        const { receive } = await life.race(reader());
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
    if (this.#life!.aborted) this.#life!.throwIfAborted();
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
