import { FirstEventTimeoutError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';
import type { Timeouts } from './transport.ts';

/** So many events may wait for their reader; the socket then waits too. */
const ROOM = 1_024;

/** What has come of one turn over a WebSocket, between the socket and whoever reads the turn. */
export class TurnFrames<Event> {
  /** Any frame has come, whatever it said. */
  begun = false;
  /** The event that ends the turn has come. */
  complete = false;
  #ready: Event[] = [];
  /** Something has come since the last `take`. */
  #news = false;
  #over: { error: unknown } | undefined;
  #wake = () => {};
  #taken = () => {};

  /** A frame has come that may say nothing. */
  hear(): void {
    this.begun = true;
    this.#news = true;
    this.#wake();
  }

  /** Resolves when there is room for more; undefined: there is. */
  put(event: Event, complete: boolean): Promise<void> | undefined {
    if (this.#over) return undefined;
    this.complete = complete;
    this.#ready.push(event);
    if (complete || this.#ready.length < ROOM) return undefined;
    return new Promise((resolve) => (this.#taken = resolve));
  }

  /** No further event belongs to it. */
  finish(): void {
    this.complete = true;
    this.#wake();
  }

  /** Nothing more will come, and the turn is not complete. */
  fail(error: unknown): void {
    this.#over ??= { error };
    this.#wake();
    this.#taken();
  }

  /** All events, in the lists in which they came, until the last one. Throws what made them stop before. */
  async *taken(
    within: Lifetime,
    { firstEventMs, idleMs }: Required<Pick<Timeouts, 'firstEventMs' | 'idleMs'>>,
    where: string,
  ): AsyncGenerator<Event[], void, undefined> {
    const life = within.child();
    try {
      life.limit(firstEventMs, () => new FirstEventTimeoutError(`${where}: no event`, firstEventMs));
      let events = await this.#take(life);
      life.idle(idleMs, where);
      while (events) {
        yield events;
        events = await this.#take(life);
      }
    } finally {
      life.close();
    }
  }

  /** What has come since; nothing, if no event. Undefined after the end. */
  async #take(life: Lifetime): Promise<Event[] | undefined> {
    if (!this.#news && !this.complete && !this.#over) {
      life.wait();
      await life.race(new Promise<void>((resolve) => (this.#wake = resolve)));
      life.rest();
    }
    const ready = this.#ready;
    if (ready.length === 0 && this.complete) return undefined;
    if (ready.length === 0 && this.#over) throw this.#over.error;
    this.#ready = [];
    this.#news = false;
    this.#taken();
    return ready;
  }
}
