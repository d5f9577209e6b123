/// <reference lib="esnext.disposable" preserve="true" />
import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { AbortedError, InvalidInputError, isAgentProtoError, StreamTruncatedError, type Unread } from '../errors.ts';
import { HandOut } from '../hand-out.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Report } from './deviation.ts';
import { ChatTurnError } from './error.ts';
import { createFold } from './fold.ts';
import type { ChatReply } from './reply.ts';
import type { Mask } from './secrets.ts';

/** How far a turn has come; its source and its stream tell each other. */
export interface Progress {
  /** The server has begun with it, or may have. */
  begun: boolean;
  /** `done` or `error` has been read: the server has little time to close. */
  ended: boolean;
  /** What was passed over because it could not be read. */
  unread: Unread;
}

export interface StreamSource {
  /** Made when the stream is first read. */
  begin(): Lifetime;
  open(life: Lifetime, progress: Progress): AsyncIterable<StreamEvent[]> | Promise<AsyncIterable<StreamEvent[]>>;
  /** For messages. */
  where: string;
  report: Report;
  mask: Mask;
}

/**
 * The events of one turn as they happen, over NDJSON and WebSocket alike. Nothing is sent before the first read, and it
 * can be read once.
 *
 * Ends after `done`. After an `error` event it throws `ChatTurnError`; a stream that stops without either throws
 * `StreamTruncatedError`. Leaving the loop before disconnects, and a server then stops working on the turn.
 */
export class ChatStream implements AsyncIterable<StreamEvent>, AsyncDisposable {
  readonly #source: StreamSource;
  readonly #events: HandOut<StreamEvent[], StreamEvent>;
  readonly #fold = createFold();
  readonly #progress: Progress = { begun: false, ended: false, unread: { count: 0, why: '' } };
  #count = 0;
  #life: Lifetime | undefined;
  #reply: ChatReply | undefined;
  #failure: { error: unknown } | undefined;
  #read = false;

  constructor(source: StreamSource) {
    this.#source = source;
    this.#events = new HandOut(this.#run(), (batch, index) => this.#take(batch[index]!));
  }

  /** What the turn came to, once `done` has been read. */
  get reply(): ChatReply | undefined {
    return this.#reply;
  }

  /** What the events read so far amount to. */
  partial(): ChatReply {
    return this.#fold.reply();
  }

  /** Throws when it is called again: what was read is gone, and a second loop would see nothing. */
  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, void, undefined> {
    if (this.#read) throw new InvalidInputError('a stream can be read once: keep its events, or use final()');
    this.#read = true;
    return this.#events;
  }

  /** Reads the rest, and gives what the turn came to. Throws as reading does. */
  async final(): Promise<ChatReply> {
    this.#read = true;
    await this.#events.drain();
    if (this.#failure) throw this.#failure.error;
    if (!this.#reply) throw new AbortedError('the stream was left before its end');
    return this.#reply;
  }

  /** Disconnects; a read that is pending fails with `AbortedError`. */
  async close(): Promise<void> {
    this.#life?.end(new AbortedError('the stream was closed'));
    await this.#events.return();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#run(): AsyncGenerator<StreamEvent[], void, undefined> {
    const { begin, open, report, where } = this.#source;
    const progress = this.#progress;
    const life = (this.#life = begin());
    try {
      try {
        for await (const batch of await open(life, progress)) yield batch;
        if (!progress.ended) throw this.#truncated();
      } catch (error) {
        // Whatever the end of the whole stream broke, the end is the reason.
        life.throwIfAborted();
        if (isAgentProtoError(error, 'DEVIATION')) throw error;
        if (!progress.ended)
          throw progress.begun && isAgentProtoError(error, 'CONNECTION_FAILED') ? this.#truncated(error) : error;
        if (isAgentProtoError(error, 'ABORTED'))
          report('stream-left-open', `${where}: expected the stream to be closed`);
      }
      if (this.#failure) throw this.#failure.error;
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      life.close();
    }
  }

  /** Counts an event in; undefined: it is not for the consumer. */
  #take(event: StreamEvent): StreamEvent | undefined {
    if (this.#life!.aborted) this.#life!.throwIfAborted();
    const { where, report, mask } = this.#source;
    if (this.#progress.ended) {
      const kind = event.type === 'done' && this.#failure ? 'done-after-error' : 'event-after-end';
      report(kind, `${where}: expected nothing after the end, got ${event.type}`);
      return undefined;
    }
    this.#count++;
    this.#fold.add(event);
    this.#progress.ended = event.type === 'done' || event.type === 'error';
    if (event.type === 'done') this.#reply = this.#fold.reply();
    if (event.type === 'error')
      this.#failure = { error: new ChatTurnError(where, mask(event.error), this.#fold.reply()) };
    return event;
  }

  #truncated(cause?: unknown): StreamTruncatedError<ChatReply> {
    const seen = { events: this.#count, unread: this.#progress.unread, partial: this.#fold.reply() };
    return new StreamTruncatedError('done or error', seen, cause ? { cause } : undefined);
  }
}
