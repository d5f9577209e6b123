import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import type { Unread } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Mask } from './secrets.ts';

/** So many events may wait for their reader; the socket then waits too. */
const ROOM = 1_024;

/** What has come of one turn over a WebSocket, between the socket and whoever reads the turn. */
export class TurnFrames {
  readonly id: string;
  readonly mask: Mask;
  readonly unread: Unread;
  /** Called once `done` or `error` has come and the socket is free for the next turn. */
  readonly onFree: () => void;
  /** Any frame has come, whatever it said. */
  begun = false;
  /** `done` or `error` has come. */
  complete = false;
  #ready: StreamEvent[] = [];
  /** Something has come since the last `take`. */
  #news = false;
  #over: { error: unknown } | undefined;
  #wake = () => {};
  #taken = () => {};

  constructor(id: string, mask: Mask, unread: Unread, onFree: () => void) {
    this.id = id;
    this.mask = mask;
    this.unread = unread;
    this.onFree = onFree;
  }

  /** A frame has come that may say nothing. */
  hear(): void {
    this.begun = true;
    this.#news = true;
    this.#wake();
  }

  /** Resolves when there is room for more; undefined: there is. */
  put(event: StreamEvent): Promise<void> | undefined {
    if (this.#over) return undefined;
    this.complete = event.type === 'done' || event.type === 'error';
    this.#ready.push(event);
    if (this.complete || this.#ready.length < ROOM) return undefined;
    return new Promise((resolve) => (this.#taken = resolve));
  }

  /** Nothing more will come, and the turn is not complete. */
  fail(error: unknown): void {
    this.#over ??= { error };
    this.#wake();
    this.#taken();
  }

  /** What has come since; nothing, if no event. Undefined after the end. Throws what made it stop before. */
  async take(life: Lifetime): Promise<StreamEvent[] | undefined> {
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
