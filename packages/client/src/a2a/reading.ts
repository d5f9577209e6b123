import {
  type Message,
  type SendMessageResponse,
  type StreamResponse,
  type Task,
  type TaskState,
} from '@agentproto/protocol/a2a/1.0';
import { AbortedError, isAgentProtoError, StreamTruncatedError } from '../errors.ts';
import { HandOut } from '../hand-out.ts';
import type { Reading } from '../late-reading.ts';
import type { Lifetime } from '../lifetime.ts';
import { backoffMs, type RetryPolicy } from '../retry.ts';
import type { Progress } from './connection.ts';
import type { Received } from './received.ts';
import type { Report } from './deviation.ts';
import { continued } from './catch-up.ts';
import { createFold, type Fold } from './fold.ts';
import { type Phase, phaseOfState } from './phase.ts';
import { comparePlaces, type Place } from './places.ts';

export interface StreamSource {
  /** The task and the context that the message goes on with, as far as they are known. */
  goesOn: Place;
  /** It is a message that is answered, and no subscription. */
  answers: boolean;
  /** With `expectCompleted`; for `final`. */
  check(result: SendMessageResponse): void;
  /** The stream is over; the task may go on with another message. */
  onRest(task: Task): void;
  report: Report;
  open(life: Lifetime, progress: Progress): Promise<AsyncIterable<Received>>;
  /** Subscribes to the task, whose present state then comes first. */
  rejoin(taskId: string, life: Lifetime, progress: Progress): Promise<AsyncIterable<Received>>;
  /** How many failures in a row are met by subscribing again. */
  resumeAttempts: number;
  backoff: RetryPolicy;
}

/** Reads an `A2AStream`. */
export class A2AReading implements Reading<StreamResponse, SendMessageResponse> {
  readonly #source: StreamSource;
  readonly #life: Lifetime;
  readonly events: HandOut<Received, StreamResponse>;
  readonly #fold: Fold;
  readonly #progress: Progress;
  #lastEventId: string | undefined;
  #phase: Phase = 'running';
  #failure: { error: unknown } | undefined;
  /** Broken connections in a row, without a new event. */
  #failures = 0;

  /** `owner` is what the answers are kept with. */
  constructor(source: StreamSource, life: Lifetime, owner: object) {
    this.#source = source;
    this.#life = life;
    this.#fold = createFold(source.report);
    this.#progress = { owner, events: 0, unread: { count: 0, why: '' }, answered: false, done: false };
    this.events = new HandOut(this.#run(), (received, index) => this.#takeFrom(received, index));
  }

  /** Once an event has named it. */
  get taskId(): string | undefined {
    return this.#fold.task?.id;
  }

  /** Once an event has named it. */
  get contextId(): string | undefined {
    return this.#fold.task?.contextId ?? this.#fold.message?.contextId;
  }

  /** Of the event that was read last, where the server sends event ids; for `subscribe(id, { lastEventId })`. */
  get lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  /** What the events read so far amount to. */
  partial(): SendMessageResponse | undefined {
    return this.#fold.result();
  }

  /**
   * Reads the rest, and gives the task with all its artifacts, or the message. Also ends when the task asks for
   * input, because only the caller can then make it go on.
   */
  async final(): Promise<SendMessageResponse> {
    await this.events.drain((event) => this.#phase === 'waiting' && stateOf(event) === 'TASK_STATE_INPUT_REQUIRED');
    if (this.#failure) throw this.#failure.error;
    const result = this.#fold.result();
    if (this.#phase === 'running' || !result) throw new AbortedError('the stream was left before its end');
    this.#source.check(result);
    return result;
  }

  async *#run(): AsyncGenerator<Received, void, undefined> {
    const { open, rejoin, resumeAttempts, backoff, report, onRest } = this.#source;
    const progress = this.#progress;
    const life = this.#life;
    const fold = this.#fold;
    /** What the consumer had seen when the connection broke. */
    let seen: Task | undefined;
    try {
      for (;;) {
        try {
          for await (const batch of await (seen ? rejoin(seen.id, life, progress) : open(life, progress))) {
            const received = seen ? continued(seen, batch) : batch;
            seen = undefined;
            yield received;
          }
          if (this.#phase === 'running' && fold.conclude()) this.#phase = 'done';
          if (this.#phase !== 'running') return;
          throw this.#truncated();
        } catch (error) {
          // Whatever the end of the whole stream broke, the end is the reason.
          life.throwIfAborted();
          if (isAgentProtoError(error, 'DEVIATION')) throw error;
          if (this.#phase === 'done') {
            if (isAgentProtoError(error, 'ABORTED')) report('stream-left-open', 'expected the stream to be closed');
            return;
          }
          const failure =
            progress.answered && isAgentProtoError(error, 'CONNECTION_FAILED') ? this.#truncated(error) : error;
          const again = this.#failures < resumeAttempts && fold.task && isAgentProtoError(failure) && failure.retryable;
          // A task that waits for its caller has come to rest, however its stream ended.
          if (!again && this.#phase === 'waiting' && isAgentProtoError(failure, 'STREAM_TRUNCATED')) return;
          if (!again) throw seen ? this.#truncated(error) : failure;
          this.#failures++;
          seen = fold.result()?.task;
          await life.sleep(backoffMs(this.#failures, backoff));
        }
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      if (this.#phase === 'waiting' && this.#fold.task) onRest(this.#fold.task);
      life.close();
    }
  }

  #takeFrom({ events, ids }: Received, index: number): StreamResponse | undefined {
    if (this.#life.aborted) this.#life.throwIfAborted();
    const id = ids?.[index];
    if (id) this.#lastEventId = id;
    const event = events[index]!;
    if (!this.#take(event)) return undefined;
    this.#failures = 0;
    return event;
  }

  /** Whether the event is for the consumer; counts it in when it is. */
  #take(event: StreamResponse): boolean {
    const { report } = this.#source;
    const fold = this.#fold;
    const state = stateOf(event);
    if (this.#phase === 'done' && !(event.task && phaseOfState(event.task.status.state) === 'done')) {
      report('event-after-end', `expected nothing after the end, got ${Object.keys(event).join(', ')}`);
      // What the task has made is not lost because it comes late.
      if (!fold.task || event.artifactUpdate?.taskId !== fold.task.id) return false;
    }
    this.#compare(event);
    if (state) this.#phase = phaseOfState(state);
    // A message that goes on with a task: the first event may show it as it was before.
    const { answers, goesOn } = this.#source;
    if (this.#phase === 'waiting' && answers && goesOn.taskId && !fold.task) this.#phase = 'running';
    if (event.message && fold.task) report('message-in-task-stream', 'expected updates of the task only');
    else if (event.message) this.#phase = 'done';
    this.#progress.done = this.#phase === 'done';
    fold.add(event);
    return true;
  }

  #compare({ task, message, statusUpdate, artifactUpdate }: StreamResponse): void {
    const { task: known } = this.#fold;
    const { goesOn, report } = this.#source;
    const update = artifactUpdate ?? statusUpdate;
    const taskId = update?.taskId ?? task?.id;
    const { contextId } = (update ?? task ?? message)!;
    if (!known) comparePlaces(goesOn, { taskId, contextId }, report, 'A2A10-CTX-002');
    else if (taskId !== known.id || contextId !== known.contextId)
      comparePlaces({ taskId: known.id, contextId: known.contextId }, { taskId, contextId }, report);
  }

  #truncated(cause?: unknown): StreamTruncatedError<Task | Message> {
    const result = this.#fold.result();
    const seen = {
      events: this.#progress.events,
      unread: this.#progress.unread,
      lastEventId: this.#lastEventId,
      partial: result?.task ?? result?.message,
    };
    return new StreamTruncatedError('a terminal or interrupted state', seen, cause ? { cause } : undefined);
  }
}

function stateOf(event: StreamResponse): TaskState | undefined {
  return (event.task ?? event.statusUpdate)?.status.state;
}
