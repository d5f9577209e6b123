/// <reference lib="esnext.disposable" preserve="true" />
import type { AnyStreamEvent, FunctionCall, ResponseResource } from '@agentproto/protocol/responses/openai';
import { InvalidInputError } from '../errors.ts';
import { LateReading } from '../late-reading.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Listener, ResponseReading } from './reading.ts';

/**
 * The events of one response as they happen. Nothing is sent before the first read, and it can be read once.
 *
 * Ends with the event that ends the response: completed, failed or incomplete. A stream that stops before throws
 * `StreamTruncatedError`, after an `error` event `ResponsesError`. Leaving the loop disconnects, and a server then stops
 * working on a response that is not in the background.
 */
export class ResponseStream implements AsyncIterable<AnyStreamEvent>, AsyncDisposable {
  readonly #late: LateReading<AnyStreamEvent, ResponseResource, ResponseReading>;
  readonly #from: { id?: string; startingAfter?: number | undefined };
  /** Who hears of calls. */
  readonly #listeners: Listener[] = [];

  /** `from` is the response that is streamed, and the last event of it that was seen, where they are known before. */
  constructor(
    begin: () => Lifetime,
    open: (life: Lifetime, owner: object, listeners: readonly Listener[]) => Promise<ResponseReading>,
    from: { id?: string; startingAfter?: number | undefined } = {},
  ) {
    this.#late = new LateReading(begin, (life) => open(life, this, this.#listeners));
    this.#from = from;
  }

  /** Once an event has named it; with `sequenceNumber`, what `retrieveStream` goes on from. */
  get id(): string | undefined {
    return this.#late.now?.id ?? this.#from.id;
  }

  /** Of the event that was read last. */
  get sequenceNumber(): number | undefined {
    return this.#late.now?.sequenceNumber ?? this.#from.startingAfter;
  }

  /** What the server calls the request (`x-request-id`), once it has answered. */
  get requestId(): string | undefined {
    return this.#late.now?.requestId;
  }

  /** The response as far as it has been read: a copy, made when it is asked for. */
  get response(): ResponseResource | undefined {
    return this.#late.now?.response;
  }

  /** All text of its messages, as far as it has been read. */
  get outputText(): string {
    return this.#late.now?.outputText ?? '';
  }

  /**
   * `tool_call`: `listener` hears of each function that the model wants run, once, as soon as its call is whole; where a server
   * does not say so in its events, at the end. It hears of them while the stream is read, and what it throws ends the reading.
   */
  on(event: 'tool_call', listener: (call: FunctionCall) => void): this {
    if (event !== 'tool_call') throw new InvalidInputError('on: expected tool_call');
    this.#listeners.push(listener);
    return this;
  }

  /** Throws when it is called again: what was read is gone, and a second loop would see nothing. */
  [Symbol.asyncIterator](): AsyncIterator<AnyStreamEvent, void, undefined> {
    return this.#late.iterate();
  }

  /** Reads the rest, and gives the whole response; one that failed or is incomplete too, unless `expectCompleted`. */
  final(): Promise<ResponseResource> {
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
