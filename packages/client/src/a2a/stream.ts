/// <reference lib="esnext.disposable" preserve="true" />
import type { SendMessageResponse, StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { LateReading } from '../late-reading.ts';
import type { Lifetime } from '../lifetime.ts';
import type { A2AReading } from './reading.ts';

/**
 * The events of a task as they happen. Nothing is sent before the first read, and it can be read once.
 *
 * Ends when the task has come to its end, or when the server closes it while the task waits for the caller (§3.1.2, §11.7);
 * a stream that stops before throws `StreamTruncatedError`. Leaving the loop only detaches: the task goes on.
 */
export class A2AStream implements AsyncIterable<StreamResponse>, AsyncDisposable {
  readonly #late: LateReading<StreamResponse, SendMessageResponse, A2AReading>;

  constructor(begin: () => Lifetime, open: (life: Lifetime, owner: object) => Promise<A2AReading>) {
    this.#late = new LateReading(begin, (life) => open(life, this));
  }

  /** Once an event has named it. */
  get taskId(): string | undefined {
    return this.#late.now?.taskId;
  }

  /** Once an event has named it. */
  get contextId(): string | undefined {
    return this.#late.now?.contextId;
  }

  /** Of the event that was read last, where the server sends event ids; for `subscribe(id, { lastEventId })`. */
  get lastEventId(): string | undefined {
    return this.#late.now?.lastEventId;
  }

  /** What the events read so far amount to. */
  partial(): SendMessageResponse | undefined {
    return this.#late.now?.partial();
  }

  /** Throws when it is called again: what was read is gone, and a second loop would see nothing. */
  [Symbol.asyncIterator](): AsyncIterator<StreamResponse, void, undefined> {
    return this.#late.iterate();
  }

  /**
   * Reads the rest, and gives the task with all its artifacts, or the message. Also ends when the task asks for
   * input, because only the caller can then make it go on.
   */
  final(): Promise<SendMessageResponse> {
    return this.#late.final();
  }

  /** Detaches; a read that is pending fails with `AbortedError`. */
  close(): Promise<void> {
    return this.#late.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
