import { AbortedError, InvalidInputError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';

/** What reads one stream. It comes with the first read: who asks for whole answers has no use of it. */
export interface Reading<Event, Whole> {
  readonly events: Required<Pick<AsyncIterator<Event, void, undefined>, 'next' | 'return'>>;
  /** Reads the rest. */
  final(): Promise<Whole>;
}

type Step<Event> = Promise<IteratorResult<Event, void>>;

/** A stream that nobody has read yet, and then what reads it. Nothing is loaded or sent before the first read. */
export class LateReading<Event, Whole, Its extends Reading<Event, Whole>> {
  readonly #begin: () => Lifetime;
  readonly #open: (life: Lifetime) => Promise<Its>;
  #life: Lifetime | undefined;
  #opening: Promise<Its> | undefined;
  #taken = false;
  #left = false;
  /** Undefined until it is first read. */
  now: Its | undefined;

  /** `begin` says how long all of it may take; `open` loads. */
  constructor(begin: () => Lifetime, open: (life: Lifetime) => Promise<Its>) {
    this.#begin = begin;
    this.#open = open;
  }

  iterate(): AsyncIterator<Event, void, undefined> {
    if (this.#taken) throw new InvalidInputError('a stream can be read once: keep its events, or use final()');
    this.#taken = true;
    return {
      next: () => this.now?.events.next() ?? this.#first(),
      return: () => this.#leave(),
    };
  }

  async final(): Promise<Whole> {
    this.#taken = true;
    if (this.#left && !this.#opening) throw new AbortedError('the stream was left before its end');
    return (await this.#opened()).final();
  }

  async close(): Promise<void> {
    this.#life?.end(new AbortedError('the stream was closed'));
    await this.#leave();
  }

  async #first(): Step<Event> {
    return this.#left ? { done: true, value: undefined } : (await this.#opened()).events.next();
  }

  async #leave(): Step<Event> {
    this.#left = true;
    const reading = await this.#opening?.catch(() => undefined);
    await reading?.events.return();
    // What was opened, and never read, does not close it.
    this.#life?.close();
    return { done: true, value: undefined };
  }

  #opened(): Promise<Its> {
    return (this.#opening ??= this.#load());
  }

  async #load(): Promise<Its> {
    const life = (this.#life = this.#begin());
    try {
      return (this.now = await life.race(this.#open(life)));
    } catch (error) {
      this.#left = true;
      life.close();
      throw error;
    }
  }
}
