import type { Clock } from '@agentproto/script';
import { Queue } from './store/queue.ts';
import type { Queued } from './store/queue.ts';
import type { SetTimer } from './timer.ts';

/** A stream that is silent for now. */
export abstract class Silent implements Queued {
  before: this | undefined;
  behind: this | undefined;
  /** When its silence has lasted long enough; milliseconds of the clock. */
  due = 0;
  /** Says that it is still there. */
  abstract speak(): void;
}

/** Streams in the order in which their silence began. They have one timer between them: it is set for the first. */
export class KeepAlive {
  /** Milliseconds of silence. */
  readonly everyMs: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #setTimer: SetTimer;
  readonly #silent = new Queue<Silent>();
  #cancel: (() => void) | undefined;

  constructor(everyMs: number, clock: Pick<Clock, 'now'>, setTimer: SetTimer) {
    this.everyMs = everyMs;
    this.#clock = clock;
    this.#setTimer = setTimer;
  }

  /** From now on it is silent. */
  add(stream: Silent): void {
    stream.due = this.#clock.now() + this.everyMs;
    this.#silent.add(stream);
    if (!this.#cancel) this.#wait(this.everyMs);
  }

  /** Nothing happens when it is not among them. */
  remove(stream: Silent): void {
    this.#silent.remove(stream);
  }

  stop(): void {
    this.#cancel?.();
  }

  #wait(ms: number): void {
    this.#cancel = this.#setTimer(ms, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    this.#cancel = undefined;
    for (let first = this.#silent.first; first && first.due <= now; first = this.#silent.first) {
      this.#silent.remove(first);
      first.due = now + this.everyMs;
      this.#silent.add(first);
      first.speak();
    }
    if (this.#silent.first) this.#wait(Math.max(1, this.#silent.first.due - now));
  }
}
