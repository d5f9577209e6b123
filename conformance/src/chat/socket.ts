import { setTimeout } from 'node:timers/promises';
import type { Exchange, Frame } from '@agentproto/recording';
import { Blocked } from '../kit/stops.ts';
import type { Place, Subject } from '../kit/subject.ts';
import { nextFrame } from '../kit/next-frame.ts';
import type { Patience } from '../kit/patience.ts';
import { socketState, type SocketState } from '../kit/socket-state.ts';
import { within } from '../kit/within.ts';
import type { LiveSocket } from '../recorder/recorder.ts';
import { answerIn, turnLength, unopened, type Answer } from './answer.ts';
import type { Conversation } from './conversation.ts';

/** How long a server may take over a `done` that it sends after an `error`. */
const STRAY_MS = 250;

/** A WebSocket and the turns on it, one after another. */
export class ChatSocket implements Subject {
  readonly #live: LiveSocket;
  readonly #patience: Patience;
  /** Frames that belong to answers which were given. */
  #taken = 0;

  constructor(live: LiveSocket, patience: Patience) {
    this.#live = live;
    this.#patience = patience;
  }

  get exchange(): Exchange {
    return this.#live.exchange;
  }

  get place(): Place {
    return { exchange: this.exchange.id };
  }

  /** Whether the socket was accepted, and still stands. */
  get value(): SocketState {
    return socketState(this.exchange);
  }

  /** One turn, to its end; the play is blocked when the first one brings nothing at all. */
  async ask(conversation: Conversation, fields: Record<string, unknown> = {}): Promise<Answer> {
    const isFirst = this.#taken === 0;
    this.say(JSON.stringify({ ...fields, messages: conversation.messages }));
    const answer = await this.answer();
    if (isFirst && answer.events.length === 0) throw unopened(this.exchange);
    return answer;
  }

  /** The turn that was begun last is still going on. */
  get isBusy(): boolean {
    return (
      this.value.open &&
      turnLength(this.exchange.frames.filter(({ direction }) => direction === 'in').slice(this.#taken)) === 0
    );
  }

  /** Any frame. */
  say(frame: string | Uint8Array): void {
    if (!this.value.open)
      throw new Blocked('CHAT-WS-001', 'expected an open socket', {
        place: this.place,
        expected: 'an open socket',
        actual: this.value,
      });
    this.#live.send(frame);
  }

  /** The frame that comes next, without taking it. */
  next(): Promise<Frame | undefined> {
    return this.#frame(this.#taken);
  }

  /** The answer to the oldest frame that has none yet. */
  async answer(): Promise<Answer> {
    const frames: Frame[] = [];
    while (turnLength(frames) === 0) {
      const frame = await this.#frame(this.#taken + frames.length);
      if (!frame) break;
      frames.push(frame);
    }
    // A late `done` after `error` belongs to the turn that failed (tolerated: STREAM-009).
    const isError = (frames.at(-1)?.json as { type?: unknown } | undefined)?.type === 'error';
    const stray = isError ? await within(this.#live.frame(this.#taken + frames.length), STRAY_MS) : undefined;
    if ((stray?.json as { type?: unknown } | undefined)?.type === 'done') frames.push(stray!);
    this.#taken += frames.length;
    return answerIn(this.exchange, frames);
  }

  #frame(index: number): Promise<Frame | undefined> {
    return nextFrame(this.#live, index, this.#patience, 'WebSocket');
  }

  /** Waits until so many pings have come in all, for so long in milliseconds; false when they have not. */
  async pinged(count: number, ms: number): Promise<boolean> {
    for (const until = performance.now() + ms; performance.now() < until && this.value.open;) {
      if (this.#live.pings >= count) return true;
      await setTimeout(10);
    }
    return this.#live.pings >= count;
  }

  get pings(): number {
    return this.#live.pings;
  }

  /** Waits until the other side has closed it, for so long in milliseconds. */
  async closed(ms: number): Promise<void> {
    await within(this.#live.ended, ms);
  }

  async close(): Promise<void> {
    await this.#live.close();
  }

  /** Walks away without a close frame. */
  async leave(): Promise<void> {
    await this.#live.leave();
  }
}
