import type { Ending, Listener } from './ending.ts';
import { AbortedError, type AgentProtoError, IdleTimeoutError } from './errors.ts';

/** Longer waits overflow the platform's timer, which then fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Limit {
  ms: number;
  reason: () => AgentProtoError;
  /** A byte that comes begins the wait anew, and a consumer that takes its time does not count. */
  renewable: boolean;
}

/**
 * How long something may go on; its end is always a typed error, and comes from the caller, from a parent, or from a limit of
 * time. It is as much of an `AbortSignal` as the client uses, and makes one when somebody asks for it: signals and their events
 * cost more than all else that a call sets up.
 */
export class Lifetime implements Ending {
  /** A plain member: streams look at it for every event. */
  aborted = false;
  /** Of its end. */
  reason: AgentProtoError | undefined;
  #controller: AbortController | undefined;
  /** The parts of this one, waits, the connection; of a client, all its calls. */
  #listeners: Set<Listener> | undefined;
  #parents: Ending[] = [];
  #limit: Limit | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the current wait began; undefined while nobody waits. */
  #since: number | undefined;

  /** Ends when one of its parents does: a call with the caller's own signals. */
  constructor(parents: readonly (Ending | undefined)[] = []) {
    for (const parent of parents) {
      if (!parent) continue;
      parent.addEventListener('abort', this);
      this.#parents.push(parent);
    }
    this.handleEvent();
  }

  /** A parent has ended. */
  handleEvent(): void {
    const parent = this.#parents.find(({ aborted }) => aborted);
    if (parent) this.end(parent instanceof Lifetime ? parent.reason! : new AbortedError(parent.reason));
  }

  /** A part of this one, for instance one attempt of a call. */
  child(): Lifetime {
    return new Lifetime([this]);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.aborted) this.#controller.abort(this.reason);
    return this.#controller.signal;
  }

  /** Ends it; the first reason stays. */
  end(reason: AgentProtoError): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.close();
    this.#controller?.abort(reason);
    for (const listener of this.#listeners ?? [])
      if (typeof listener === 'function') listener();
      else listener.handleEvent();
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    (this.#listeners ??= new Set()).add(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners?.delete(listener);
  }

  /** From now on, `ms` until it ends by itself. Replaces the limit before; `Infinity` means none. */
  limit(ms: number, reason: () => AgentProtoError, renewable = false): void {
    clearTimeout(this.#timer);
    this.#limit = undefined;
    if (ms > LONGEST_TIMER_MS || this.aborted) return;
    this.#limit = { ms, reason, renewable };
    this.#since = renewable ? undefined : performance.now();
    this.#arm(ms);
  }

  /** From now on, at most `ms` of waiting for bytes at a time. Replaces the limit before. */
  idle(ms: number, where: string): void {
    this.limit(ms, () => new IdleTimeoutError(`${where}: nothing more came`, ms), true);
  }

  /** Somebody waits for bytes from now on. */
  wait(): void {
    if (this.#limit?.renewable) this.#since = performance.now();
  }

  /** Bytes came, and nobody waits until the next `wait()`. */
  rest(): void {
    if (this.#limit?.renewable) this.#since = undefined;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** The promise's own outcome, or the reason of this lifetime's end, whichever is first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(this.reason);
      if (this.aborted) ended();
      this.addEventListener('abort', ended);
      // Not by `finally`, which makes three promises of each.
      promise.then(
        (value) => {
          this.removeEventListener('abort', ended);
          resolve(value);
        },
        (error: unknown) => {
          this.removeEventListener('abort', ended);
          reject(error as Error);
        },
      );
    });
  }

  /** Rejects with the reason when the lifetime ends first. */
  sleep(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    return this.race(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))).finally(() =>
      clearTimeout(timer),
    );
  }

  /** Lets go of timers and parents; whether it has ended stays as it is. */
  close(): void {
    clearTimeout(this.#timer);
    this.#limit = undefined;
    for (const parent of this.#parents) parent.removeEventListener('abort', this);
    this.#parents = [];
  }

  /** One timer for a whole stream: it looks at the clock when it fires, so that no byte has to touch it. */
  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      const limit = this.#limit;
      if (!limit) return;
      const left = this.#since === undefined ? limit.ms : this.#since + limit.ms - performance.now();
      if (left > 0) this.#arm(left);
      else this.end(limit.reason());
    }, ms);
  }
}
