import type { ServerResponse } from 'node:http';
import { LateAbort } from './late-abort.ts';

/** What waits, and can be told that it need not any more. */
export interface Stoppable {
  stop: () => void;
}

const LEFT = Symbol('left');
type Watched = ServerResponse & { [LEFT]?: Left };

/** One function for all responses, so that a listener costs no closure. */
function onClose(this: Watched): void {
  this[LEFT]?.closed();
}

/** Says when the caller has left, or the server closes. Until somebody asks, nothing is listened to. */
export class Left implements Stoppable {
  readonly #waiting: Set<Stoppable>;
  readonly #response: Watched;
  #abort: LateAbort | undefined;
  #waits: Stoppable | undefined;
  #gone = false;

  constructor({ waiting }: { waiting: Set<Stoppable> }, response: ServerResponse) {
    this.#waiting = waiting;
    this.#response = response;
  }

  /** For whoever needs a signal; `stops` costs less. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new LateAbort();
      if (this.#gone) this.#abort.abort();
      else this.#listen();
    }
    return this.#abort.signal;
  }

  /** One at most, the latest: what the answer waits for now. */
  stops(waiting: Stoppable): void {
    if (this.#gone) return waiting.stop();
    this.#waits = waiting;
    this.#listen();
  }

  stop(): void {
    this.#gone = true;
    this.#abort?.abort();
    this.#waits?.stop();
  }

  closed(): void {
    this.#waiting.delete(this);
    if (!this.#response.writableFinished) this.stop();
  }

  #listen(): void {
    const response = this.#response;
    if (response[LEFT]) return;
    if (response.destroyed) {
      if (!response.writableFinished) this.stop();
      return;
    }
    response[LEFT] = this;
    this.#waiting.add(this);
    response.on('close', onClose);
  }
}
