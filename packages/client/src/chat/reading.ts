import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { AbortedError, isAgentProtoError, StreamTruncatedError, type Unread } from '../errors.ts';
import { HandOut } from '../hand-out.ts';
import type { Reading } from '../late-reading.ts';
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
  open(progress: Progress): AsyncIterable<StreamEvent[]>;
  /** For messages. */
  where: string;
  report: Report;
  mask: Mask;
}

/** Reads a `ChatStream`. */
export class ChatReading implements Reading<StreamEvent, ChatReply> {
  readonly #source: StreamSource;
  readonly #life: Lifetime;
  readonly events: HandOut<StreamEvent[], StreamEvent>;
  readonly #fold = createFold();
  readonly #progress: Progress = { begun: false, ended: false, unread: { count: 0, why: '' } };
  #count = 0;
  /** `done` has been read. */
  #done = false;
  #reply: ChatReply | undefined;
  #failure: { error: unknown } | undefined;

  constructor(source: StreamSource, life: Lifetime) {
    this.#source = source;
    this.#life = life;
    this.events = new HandOut(this.#run(), (batch, index) => this.#take(batch[index]!));
  }

  /** What the turn came to, once `done` has been read. */
  get reply(): ChatReply | undefined {
    // Who reads a long stream event by event may never ask for all of it.
    return this.#done ? (this.#reply ??= this.#fold.reply()) : undefined;
  }

  /** What the events read so far amount to. */
  partial(): ChatReply {
    return this.#fold.reply();
  }

  /** Reads the rest, and gives what the turn came to. Throws as reading does. */
  async final(): Promise<ChatReply> {
    await this.events.drain();
    if (this.#failure) throw this.#failure.error;
    const { reply } = this;
    if (!reply) throw new AbortedError('the stream was left before its end');
    return reply;
  }

  async *#run(): AsyncGenerator<StreamEvent[], void, undefined> {
    const { open, report, where } = this.#source;
    const progress = this.#progress;
    const life = this.#life;
    try {
      try {
        for await (const batch of open(progress)) yield batch;
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
    if (this.#life.aborted) this.#life.throwIfAborted();
    const { where, report, mask } = this.#source;
    if (this.#progress.ended) {
      const kind = event.type === 'done' && this.#failure ? 'done-after-error' : 'event-after-end';
      report(kind, `${where}: expected nothing after the end, got ${event.type}`);
      return undefined;
    }
    this.#count++;
    if (!this.#fold.add(event)) return event;
    this.#progress.ended = true;
    if (event.type === 'error')
      this.#failure = { error: new ChatTurnError(where, mask(event.error), this.#fold.reply()) };
    else this.#done = true;
    return event;
  }

  #truncated(cause?: unknown): StreamTruncatedError<ChatReply> {
    const seen = { events: this.#count, unread: this.#progress.unread, partial: this.#fold.reply() };
    return new StreamTruncatedError('done or error', seen, cause ? { cause } : undefined);
  }
}
