import type { Act } from './damaged.ts';
import type { FaultEnd } from './fault.ts';
import type { SetTimer } from '../timer.ts';

/** What acts are done to. */
export interface Connection {
  send(bytes: Uint8Array): void;
  end(how: FaultEnd): void;
  finish(): void;
}

/** Does one act after the other; nothing any more once the peer has left. */
export class Line {
  readonly #connection: Connection;
  readonly #setTimer: SetTimer;
  #doing: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #left = false;

  constructor(connection: Connection, setTimer: SetTimer) {
    this.#connection = connection;
    this.#setTimer = setTimer;
  }

  /** Calls `then` when all that was asked for so far is done, or will never be. */
  do(acts: readonly Act[], then: () => void = () => {}): void {
    const before = this.#doing;
    // What needs no waiting is done at once, so that an answer without waits is written as it always is.
    if (!before && !acts.some((act) => typeof act === 'object' && 'waitMs' in act)) {
      for (const act of acts) void this.#one(act);
      return then();
    }
    const mine = (before ?? Promise.resolve()).then(async () => {
      for (const act of acts) await this.#one(act);
    });
    this.#doing = mine;
    void mine.then(() => {
      if (this.#doing === mine) this.#doing = undefined;
      then();
    });
  }

  /** The peer has left: nobody waits any more. */
  leave(): void {
    this.#left = true;
    this.#wake?.();
  }

  #one(act: Act): Promise<void> | undefined {
    if (this.#left || act === 'stall') return undefined;
    if (act === 'finish') return void this.#connection.finish();
    if ('send' in act) return void this.#connection.send(act.send);
    if ('end' in act) return void this.#connection.end(act.end);
    return new Promise((resolve) => {
      const cancel = this.#setTimer(act.waitMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
