import type { AnyStreamEvent, FunctionCall, ItemField, ResponseResource } from '@agentproto/protocol/responses/openai';
import { errorSaid } from '../error-said.ts';
import { AbortedError, type ClientError, isAgentProtoError, StreamTruncatedError, type Unread } from '../errors.ts';
import { HandOut } from '../hand-out.ts';
import type { Reading } from '../late-reading.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Redact } from '../redact.ts';
import { backoffMs, type RetryPolicy } from '../retry.ts';
import type { Report } from './deviation.ts';
import { isEnd } from './ends.ts';
import { ResponseNotCompletedError, ResponsesError } from './error.ts';
import { createFold, type Fold } from './fold.ts';

export type Listener = (call: FunctionCall) => void;

type Batches = AsyncIterable<AnyStreamEvent[]>;

/** What of a stream outlives its connections. */
export interface Progress {
  /** What was passed over because it could not be read. */
  unread: Unread;
  /** The server has begun to answer the request at hand. */
  answered: boolean;
  /** The end or an error has come: the server has little time to close. */
  done: boolean;
  /** What the server calls the latest request. */
  requestId: string | undefined;
  /** What the latest answer is kept with (`responseOf`). */
  owner: object;
}

export interface StreamSource {
  /** For messages. */
  where: string;
  report: Report;
  redact: Redact;
  open(progress: Progress): Batches;
  /** The events of a response in the background after the one of that number. */
  reopen(id: string, startingAfter: number, progress: Progress): Batches;
  /** The response that is streamed, and the last event of it that was seen, where they are known before. */
  id?: string;
  startingAfter?: number | undefined;
  /** How many failures in a row are met by asking for the rest. */
  resumeAttempts: number;
  backoff: RetryPolicy;
  /** For `final`. */
  expectCompleted: boolean;
}

/** Reads a `ResponseStream`. */
export class ResponseReading implements Reading<AnyStreamEvent, ResponseResource> {
  readonly #source: StreamSource;
  readonly #life: Lifetime;
  readonly events: HandOut<AnyStreamEvent[], AnyStreamEvent>;
  readonly #fold: Fold;
  readonly #progress: Progress;
  /** Who hears of calls. */
  readonly #listeners: readonly Listener[];
  /** Ids of the calls that were told. */
  readonly #told = new Set<string>();
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

  /** `owner` is what the answers are kept with. */
  constructor(source: StreamSource, life: Lifetime, owner: object, listeners: readonly Listener[]) {
    this.#source = source;
    this.#life = life;
    this.#listeners = listeners;
    this.#fold = createFold(source.report);
    this.#progress = { unread: { count: 0, why: '' }, answered: false, done: false, requestId: undefined, owner };
    this.#sequence = source.startingAfter;
    this.events = new HandOut(this.#run(), (batch, index) => this.#take(batch[index]!));
  }

  /** Once an event has named it; with `sequenceNumber`, what `retrieveStream` goes on from. */
  get id(): string | undefined {
    return this.#fold.id ?? this.#source.id;
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
    return this.#fold.response();
  }

  /** All text of its messages, as far as it has been read. */
  get outputText(): string {
    return this.#fold.outputText();
  }

  /** Reads the rest, and gives the whole response; one that failed or is incomplete too, unless `expectCompleted`. */
  async final(): Promise<ResponseResource> {
    await this.events.drain();
    if (this.#failure) throw this.#failure.error;
    const response = this.#fold.response();
    if (!this.#ended || !response) throw new AbortedError('the stream was left before its end');
    if (this.#source.expectCompleted && response.status !== 'completed') throw new ResponseNotCompletedError(response);
    return response;
  }

  async *#run(): AsyncGenerator<AnyStreamEvent[], void, undefined> {
    const { open, reopen, backoff, report, where } = this.#source;
    const progress = this.#progress;
    const life = this.#life;
    try {
      for (let again = false; ;) {
        try {
          const batches = again ? reopen(this.id!, this.#sequence!, progress) : open(progress);
          for await (const batch of batches) yield batch;
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
    if (this.#life.aborted) this.#life.throwIfAborted();
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
    if (this.#fold.add(event)) return event;
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
    const response = this.#fold.response();
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
