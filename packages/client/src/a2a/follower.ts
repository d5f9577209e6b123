import type { Task } from '@agentproto/protocol/a2a/1.0';
import type { Lifetime } from '../lifetime.ts';
import type { Progress } from './connection.ts';
import type { Dialect } from './dialect.ts';
import { isA2AError } from './error.ts';
import type { Making } from './line.ts';
import type { CallOptions, Operation } from './operation.ts';
import type { StreamOptions } from './options.ts';
import { type Look, poll, type Polling } from './poll.ts';
import { Received } from './received.ts';

/** What following needs of a client. */
export interface FollowerCalls {
  receive(doing: Making, life: Lifetime, progress: Progress): Promise<AsyncIterable<Received>>;
  get(id: string, options: CallOptions): Promise<Task>;
  operation(name: 'SubscribeToTask' | 'GetTask', params: object, options: CallOptions): Operation;
  dialect(): Dialect;
}

/** How a client stays with a task: by a subscription, or by looking at it again and again. */
export class Follower {
  readonly #calls: FollowerCalls;
  readonly #polling: Polling;

  constructor(calls: FollowerCalls, polling: Polling = {}) {
    this.#calls = calls;
    this.#polling = polling;
  }

  /** The looks at a task, until it is at rest. */
  looks(
    id: string,
    seen: Task | undefined,
    options: CallOptions,
    life: Lifetime,
    authMs?: number,
  ): AsyncIterable<Look> {
    return poll(() => this.#get(id, options, life), seen, life, this.#polling, authMs);
  }

  /** The same as the events of a stream. */
  async *poll(
    id: string,
    seen: Task | undefined,
    options: CallOptions,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<Received, void, undefined> {
    const { idleMs } = this.#calls.operation('GetTask', {}, options).timeouts;
    for await (const { events } of this.looks(id, seen, options, life, idleMs)) {
      const received = new Received();
      for (const event of events) received.add(event);
      progress.events += events.length;
      yield received;
    }
  }

  /** What is answered, and then the looks at the task that it began. */
  async *receiveAndPoll(
    doing: Making,
    options: CallOptions,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<Received, void, undefined> {
    let seen: Task | undefined;
    for await (const received of await this.#calls.receive(doing, life, progress)) {
      seen = received.events[0]?.task;
      yield received;
    }
    if (seen) yield* this.poll(seen.id, seen, options, life, progress);
  }

  /** Subscribes to a task, which comes first, also where the agent does not begin with it. */
  async subscribe(
    doing: Making,
    id: string,
    options: StreamOptions,
    life: Lifetime,
    progress: Progress,
  ): Promise<AsyncIterable<Received>> {
    const events = await this.#calls.receive(doing, life, progress);
    const { withSnapshot } = this.#calls.dialect();
    return withSnapshot ? withSnapshot(events, () => this.#get(id, options, life)) : events;
  }

  /** Subscribes again, to a task that may have ended meanwhile. */
  async *rejoin(
    id: string,
    options: StreamOptions,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<Received, void, undefined> {
    try {
      const doing = () => this.#calls.operation('SubscribeToTask', { id }, { ...options, retry: false });
      yield* await this.subscribe(doing, id, options, life, progress);
    } catch (error) {
      // §3.1.6: what a server says of a task that has ended meanwhile.
      if (!isA2AError(error, 'UnsupportedOperation')) throw error;
      const received = new Received();
      received.add({ task: await this.#get(id, options, life) });
      yield received;
    }
  }

  #get(id: string, options: CallOptions, life: Lifetime): Promise<Task> {
    return this.#calls.get(id, { ...options, signal: life.signal });
  }
}
