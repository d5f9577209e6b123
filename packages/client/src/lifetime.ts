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
 * How long something may go on: one signal whose reason is always a typed error, ended by the caller, by a
 * parent, or by a limit of time.
 */
export class Lifetime {
  readonly #controller = new AbortController();
  readonly #parents: AbortSignal[] = [];
  readonly #follow: (this: AbortSignal) => void;
  /** A plain member: streams look at it for every event. */
  ended = false;
  #limit: Limit | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the current wait began; undefined while nobody waits. */
  #since: number | undefined;

  private constructor(parents: readonly (AbortSignal | undefined)[], typed: (reason: unknown) => AgentProtoError) {
    const end = (reason: unknown) => this.end(typed(reason));
    this.#follow = function () {
      end(this.reason);
    };
    for (const parent of parents) {
      if (!parent) continue;
      if (parent.aborted) {
        end(parent.reason);
        return;
      }
      parent.addEventListener('abort', this.#follow);
      this.#parents.push(parent);
    }
  }

  /** A call's: ends when the caller's own signals do. */
  static of(signals: readonly (AbortSignal | undefined)[]): Lifetime {
    return new Lifetime(signals, (reason) => new AbortedError(reason));
  }

  /** A part of this one, for instance one attempt of a call. */
  child(): Lifetime {
    return new Lifetime([this.signal], (reason) => reason as AgentProtoError);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends it; the first reason stays. */
  end(reason: AgentProtoError): void {
    this.ended = true;
    this.close();
    this.#controller.abort(reason);
  }

  /** From now on, `ms` until it ends by itself. Replaces the limit before; `Infinity` means none. */
  limit(ms: number, reason: () => AgentProtoError, renewable = false): void {
    clearTimeout(this.#timer);
    this.#limit = undefined;
    if (ms > LONGEST_TIMER_MS || this.ended) return;
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

  throwIfEnded(): void {
    this.signal.throwIfAborted();
  }

  /** The promise's own outcome, or the reason of this lifetime's end, whichever is first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(this.signal.reason);
      if (this.ended) ended();
      this.signal.addEventListener('abort', ended);
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', ended));
    });
  }

  /** Rejects with the reason when the lifetime ends first. */
  sleep(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    return this.race(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))).finally(() =>
      clearTimeout(timer),
    );
  }

  /** Lets go of timers and parents; the signal stays as it is. */
  close(): void {
    clearTimeout(this.#timer);
    this.#limit = undefined;
    for (const parent of this.#parents.splice(0)) parent.removeEventListener('abort', this.#follow);
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
