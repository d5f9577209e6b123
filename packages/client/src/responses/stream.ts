/// <reference lib="esnext.disposable" preserve="true" />
import type { AnyStreamEvent, FunctionCall, ItemField, ResponseResource } from '@agentproto/protocol/responses/openai';
import { errorSaid } from '../error-said.ts';
import {
  AbortedError,
  type ClientError,
  InvalidInputError,
  isAgentProtoError,
  StreamTruncatedError,
} from '../errors.ts';
import { HandOut } from '../hand-out.ts';
import { late } from '../late.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Redact } from '../redact.ts';
import { backoffMs, type RetryPolicy } from '../retry.ts';
import type { Progress } from './connection.ts';
import type { Report } from './deviation.ts';
import { isEnd } from './ends.ts';
import { ResponseNotCompletedError, ResponsesError } from './error.ts';
import type { Fold } from './fold.ts';

type Batches = AsyncIterable<AnyStreamEvent[]> | Promise<AsyncIterable<AnyStreamEvent[]>>;

export interface StreamSource {
  /** For messages. */
  where: string;
  report: Report;
  redact: Redact;
  /** Made when the stream is first read. */
  begin(): Lifetime;
  open(life: Lifetime, progress: Progress): Batches;
  /** The events of a response in the background after the one of that number. */
  reopen(id: string, startingAfter: number, life: Lifetime, progress: Progress): Batches;
  /** The response that is streamed, and the last event of it that was seen, where they are known before. */
  id?: string;
  startingAfter?: number | undefined;
  /** How many failures in a row are met by asking for the rest. */
  resumeAttempts: number;
  backoff: RetryPolicy;
  /** For `final`. */
  expectCompleted: boolean;
}

/** With the first stream. */
const folds = late(() => import('./fold.ts'));

/**
 * The events of one response as they happen. Nothing is sent before the first read, and it can be read once.
 *
 * Ends with the event that ends the response: completed, failed or incomplete. A stream that stops before throws
 * `StreamTruncatedError`, after an `error` event `ResponsesError`. Leaving the loop disconnects, and a server then stops
 * working on a response that is not in the background.
 */
export class ResponseStream implements AsyncIterable<AnyStreamEvent>, AsyncDisposable {
  readonly #source: StreamSource;
  readonly #events: HandOut<AnyStreamEvent[], AnyStreamEvent>;
  /** Undefined until it is first read. */
  #fold: Fold | undefined;
  readonly #progress: Progress = {
    unread: { count: 0, why: '' },
    answered: false,
    done: false,
    requestId: undefined,
    owner: this,
  };
  /** Who hears of calls. */
  readonly #listeners: ((call: FunctionCall) => void)[] = [];
  /** Ids of the calls that were told. */
  readonly #told = new Set<string>();
  #life: Lifetime | undefined;
  #count = 0;
  /** Of the event that was read last, as far as servers give numbers. */
  #sequence: number | undefined;
  /** After a broken connection: what has been seen already. */
  #seen = -1;
  /** Broken connections in a row, without a new event. */
  #failures = 0;
  #ended = false;
  #errored: AnyStreamEvent | undefined;
  #failure: { error: unknown } | undefined;
  #read = false;

  constructor(source: StreamSource) {
    this.#source = source;
    this.#sequence = source.startingAfter;
    this.#events = new HandOut(this.#run(), (batch, index) => this.#take(batch[index]!));
  }

  /** Once an event has named it; with `sequenceNumber`, what `retrieveStream` goes on from. */
  get id(): string | undefined {
    return this.#fold?.id ?? this.#source.id;
  }

  /** Of the event that was read last. */
  get sequenceNumber(): number | undefined {
    return this.#sequence;
  }

  /** What the server calls the request (`x-request-id`), once it has answered. */
  get requestId(): string | undefined {
    return this.#progress.requestId;
  }

  /** The response as far as it has been read: a copy, made when it is asked for. */
  get response(): ResponseResource | undefined {
    return this.#fold?.response();
  }

  /** All text of its messages, as far as it has been read. */
  get outputText(): string {
    return this.#fold?.outputText() ?? '';
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
    if (this.#read) throw new InvalidInputError('a stream can be read once: keep its events, or use final()');
    this.#read = true;
    return this.#events;
  }

  /** Reads the rest, and gives the whole response; one that failed or is incomplete too, unless `expectCompleted`. */
  async final(): Promise<ResponseResource> {
    this.#read = true;
    await this.#events.drain();
    if (this.#failure) throw this.#failure.error;
    const response = this.#fold?.response();
    if (!this.#ended || !response) throw new AbortedError('the stream was left before its end');
    if (this.#source.expectCompleted && response.status !== 'completed') throw new ResponseNotCompletedError(response);
    return response;
  }

  /** Disconnects; a read that is pending fails with `AbortedError`. */
  async close(): Promise<void> {
    this.#life?.end(new AbortedError('the stream was closed'));
    await this.#events.return();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#run(): AsyncGenerator<AnyStreamEvent[], void, undefined> {
    const { begin, open, reopen, backoff, report, where } = this.#source;
    const progress = this.#progress;
    const life = (this.#life = begin());
    try {
      const { createFold } = await life.race(folds());
      this.#fold = createFold(report);
      for (let again = false; ;) {
        try {
          const batches = again ? reopen(this.id!, this.#sequence!, life, progress) : open(life, progress);
          for await (const batch of await batches) yield batch;
          if (this.#ended) return;
          throw this.#errored ? this.#error() : this.#truncated();
        } catch (error) {
          // Whatever the end of the whole stream broke, the end is the reason.
          life.throwIfAborted();
          if (this.#failure || isAgentProtoError(error, 'DEVIATION')) throw error;
          if (this.#ended) {
            if (isAgentProtoError(error, 'ABORTED')) report('stream-left-open', `${where}: expected it to be closed`);
            return;
          }
          if (this.#errored) throw this.#error();
          const failure =
            progress.answered && isAgentProtoError(error, 'CONNECTION_FAILED') ? this.#truncated(error) : error;
          // Once a part has been seen, whatever keeps the rest away, the part is what there is.
          if (!this.#canResume(failure)) throw again && failure === error ? this.#truncated(error) : failure;
          again = true;
          this.#failures++;
          this.#seen = this.#sequence!;
          await life.sleep(backoffMs(this.#failures, backoff));
        }
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      life.close();
    }
  }

  #canResume(failure: unknown): boolean {
    return (
      this.#failures < this.#source.resumeAttempts &&
      this.id !== undefined &&
      this.#sequence !== undefined &&
      isAgentProtoError(failure) &&
      (failure as ClientError).retryable
    );
  }

  /** Counts an event in; undefined: it is not for the consumer. */
  #take(event: AnyStreamEvent): AnyStreamEvent | undefined {
    if (this.#life!.aborted) this.#life!.throwIfAborted();
    const { type } = event;
    const { report, where } = this.#source;
    if (this.#ended) {
      if (type !== 'keepalive') report('event-after-end', `${where}: expected nothing after the end, got ${type}`);
      return undefined;
    }
    const number = event.sequence_number;
    if (typeof number === 'number') {
      // A server that sends again what was asked for without.
      if (number <= this.#seen) return undefined;
      this.#sequence = number;
    }
    this.#count++;
    this.#failures = 0;
    if (this.#fold!.add(event)) return event;
    if (type === 'error') {
      this.#errored = event;
      this.#progress.done = true;
    } else if (isEnd(type)) this.#end(type);
    else if (type === 'response.output_item.done') this.#tell(event.item as ItemField | null);
    return event;
  }

  #end(type: string): void {
    const { report, where } = this.#source;
    this.#ended = this.#progress.done = true;
    const response = this.#fold?.response();
    for (const item of response?.output ?? []) this.#tell(item);
    const status = response?.status;
    if (type === 'response.done' || type === 'response.cancelled') {
      report('terminal-name', `${where}: expected response.${status ?? 'completed'}, got ${type}`);
    } else if (status !== undefined && type !== `response.${status}`) {
      report('status-mismatch', `${where}: expected the status of ${type}, got ${status}`);
    }
  }

  #tell(item: ItemField | null): void {
    if (item?.type !== 'function_call' || this.#told.has(item.call_id)) return;
    this.#told.add(item.call_id);
    try {
      for (const listener of this.#listeners) listener(item);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #error(): ResponsesError {
    const { where, redact } = this.#source;
    const event = this.#errored as { status?: unknown; error?: { headers?: unknown } };
    const said = errorSaid(event) ?? { message: 'the server broke off with an error that says nothing' };
    return new ResponsesError(
      where,
      { ...said, message: redact(said.message) },
      {
        status: typeof event.status === 'number' ? event.status : undefined,
        requestId: this.requestId,
        partial: this.response,
      },
    );
  }

  #truncated(cause?: unknown): StreamTruncatedError<ResponseResource> {
    const seen = { events: this.#count, unread: this.#progress.unread, partial: this.response };
    const expected = 'response.completed, response.failed or response.incomplete';
    return new StreamTruncatedError(expected, seen, cause ? { cause } : undefined);
  }
}
