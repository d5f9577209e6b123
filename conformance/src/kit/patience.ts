import { Answering } from './answering.ts';

/** A wait that is cut short, because it was in vain before. */
export interface Impatience {
  /** What was waited for, over which binding; `everything` once the run has waited in vain for too long in all. */
  what: string;
  binding: string;
  /** How long it was waited for in vain, and how long it is waited for from now on; milliseconds. */
  waitedMs: number;
  brieflyMs: number;
}

/** In vain so often, a wait is not worth its time any more. */
const TIMES = 2;
/** A brief wait is so many times as long as what came took at most. */
const FACTOR = 8;
/** Longer than any silence that our own scripts ask for. */
const SHORTEST_MS = 750;
/** All vain waits of a run together may take so many times the full patience. */
const BUDGET = 1.2;

interface Wait {
  inVain: number;
  slowestMs: number;
  isBrief: boolean;
}

/**
 * How long a run waits for what is owed. It is as patient as it was told to be, until the same wait was in vain twice,
 * or all vain waits together have used up what a broken target may cost; after that it waits as long as this target
 * takes over what it does bring.
 */
export class Patience {
  readonly fullMs: number;
  readonly answering = new Answering();
  readonly #tell: (impatience: Impatience) => void;
  readonly #waits = new Map<string, Wait>();
  #slowestMs = 0;
  /** Time that was spent in vain, what went on at once counted once. */
  #spentMs = 0;
  #spentUntil = 0;
  #isSpent = false;

  /** `tell` hears of each wait once, when it turns brief. */
  constructor(fullMs: number, tell: (impatience: Impatience) => void = () => {}) {
    this.fullMs = fullMs;
    this.#tell = tell;
  }

  /** How long to wait for this now. */
  msFor(what: string, binding: string): number {
    const wait = this.#wait(what, binding);
    if (wait.isBrief) return this.#briefMs(wait);
    return Math.max(this.#briefMs(wait), Math.min(this.fullMs, this.#leftMs()));
  }

  /** It came, after so long. */
  came(what: string, binding: string, ms: number): void {
    const wait = this.#wait(what, binding);
    wait.slowestMs = Math.max(wait.slowestMs, ms);
    this.#slowestMs = Math.max(this.#slowestMs, ms);
  }

  /** It did not come, for so long. */
  inVain(what: string, binding: string, ms: number): void {
    const wait = this.#wait(what, binding);
    const now = performance.now();
    this.#spentMs += Math.max(0, now - Math.max(now - ms, this.#spentUntil));
    this.#spentUntil = now;
    // A brief wait that is in vain says nothing new.
    if (wait.isBrief) return;
    if (++wait.inVain >= TIMES) {
      wait.isBrief = true;
      this.#tell({ what, binding, waitedMs: Math.round(ms), brieflyMs: Math.round(this.#briefMs(wait)) });
    } else if (!this.#isSpent && this.#leftMs() === 0) {
      this.#isSpent = true;
      this.#tell({ what: 'everything', binding, waitedMs: Math.round(this.#spentMs), brieflyMs: SHORTEST_MS });
    }
  }

  /** Waits for a promise; what is undefined, or does not come in time, did not come. */
  async wait<T>(what: string, binding: string, come: (ms: number) => Promise<T | undefined>): Promise<T | undefined> {
    const began = performance.now();
    const brought = await come(this.msFor(what, binding));
    const ms = performance.now() - began;
    if (brought === undefined) this.inVain(what, binding, ms);
    else this.came(what, binding, ms);
    return brought;
  }

  #leftMs(): number {
    return Math.max(0, this.fullMs * BUDGET - this.#spentMs);
  }

  #briefMs({ slowestMs }: Wait): number {
    return Math.min(this.fullMs, Math.max(SHORTEST_MS, FACTOR * (slowestMs || this.#slowestMs)));
  }

  #wait(what: string, binding: string): Wait {
    const key = `${what}\n${binding}`;
    let wait = this.#waits.get(key);
    if (!wait) this.#waits.set(key, (wait = { inVain: 0, slowestMs: 0, isBrief: false }));
    return wait;
  }
}
