/// <reference lib="esnext.disposable" preserve="true" />
import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { LateReading } from '../late-reading.ts';
import type { Lifetime } from '../lifetime.ts';
import type { ChatReading } from './reading.ts';
import { type ChatReply, replyOf } from './reply.ts';

/**
 * The events of one turn as they happen, over NDJSON and WebSocket alike. Nothing is sent before the first read, and it
 * can be read once.
 *
 * Ends after `done`. After an `error` event it throws `ChatTurnError`; a stream that stops without either throws
 * `StreamTruncatedError`. Leaving the loop before disconnects, and a server then stops working on the turn.
 */
export class ChatStream implements AsyncIterable<StreamEvent>, AsyncDisposable {
  readonly #late: LateReading<StreamEvent, ChatReply, ChatReading>;

  constructor(begin: () => Lifetime, open: (life: Lifetime) => Promise<ChatReading>) {
    this.#late = new LateReading(begin, open);
  }

  /** What the turn came to, once `done` has been read. */
  get reply(): ChatReply | undefined {
    return this.#late.now?.reply;
  }

  /** What the events read so far amount to. */
  partial(): ChatReply {
    return this.#late.now?.partial() ?? replyOf({ role: 'assistant', content: '', data: {} });
  }

  /** Throws when it is called again: what was read is gone, and a second loop would see nothing. */
  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, void, undefined> {
    return this.#late.iterate();
  }

  /** Reads the rest, and gives what the turn came to. Throws as reading does. */
  final(): Promise<ChatReply> {
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
