import type { Exchange, Frame } from '@agentproto/recording';
import { Blocked } from '../kit/stops.ts';
import type { Place, Subject } from '../kit/subject.ts';
import { nextFrame } from '../kit/next-frame.ts';
import type { Patience } from '../kit/patience.ts';
import { socketState, type SocketState } from '../kit/socket-state.ts';
import type { LiveSocket } from '../recorder/recorder.ts';
import { answerIn, unopened, type Answer } from './answer.ts';
import { isTerminal, record, text, type Json } from './view.ts';

/** How long a response may take to fail after an error in the middle of it. */
const FAILS_MS = 250;

/** A WebSocket and the responses on it, one after another (WebSocket Transport). */
export class ResponsesSocket implements Subject {
  readonly #live: LiveSocket;
  readonly #patience: Patience;
  /** Frames that belong to answers which were given. */
  #taken = 0;
  /** The response that ended last. */
  #ended: unknown;

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

  /** One response, to its end. The play is blocked when nothing comes at all. */
  async ask(request: Json): Promise<Answer> {
    this.create(request);
    return this.answer();
  }

  /** Asks for a response, and does not wait. */
  create(request: Json): void {
    this.say(JSON.stringify({ type: 'response.create', ...request }));
  }

  /** Any frame. */
  say(frame: string | Uint8Array): void {
    if (!this.value.open)
      throw new Blocked('RESP-WS-004', 'expected an open socket', {
        place: this.place,
        expected: 'an open socket',
        actual: this.value,
      });
    this.#live.send(frame);
  }

  /** The answer to the oldest frame that has none yet. */
  async answer(): Promise<Answer> {
    const frames: Frame[] = [];
    let begun = false;
    let failing = false;
    for (;;) {
      const frame = await this.#frame(this.#taken + frames.length, failing ? FAILS_MS : undefined);
      if (!frame) break;
      const event = record(frame.json) ?? {};
      const type = text(event.type);
      const id = record(event.response)?.id;
      // One more word about a response that has ended is none about the next.
      if (!begun && id !== undefined && id === this.#ended) {
        this.#taken += 1;
        continue;
      }
      frames.push(frame);
      if (type === undefined && record(event.error) === undefined) throw this.#unlike(frame);
      begun ||= event.response !== undefined;
      const isError = type === 'error' || (type === undefined && record(event.error) !== undefined);
      if (isTerminal(type)) this.#ended = id;
      if (isTerminal(type) || (isError && !begun)) break;
      failing ||= isError;
    }
    this.#taken += frames.length;
    if (frames.length === 0) throw unopened(this.exchange);
    return answerIn(this.exchange, frames);
  }

  /** The next frame, taken whatever it is. */
  async next(silenceMs?: number): Promise<Frame | undefined> {
    const frame = await this.#frame(this.#taken, silenceMs);
    if (frame) this.#taken += 1;
    return frame;
  }

  /** It is no event, so that nobody knows where the response ends. */
  #unlike({ index, data, json }: Frame): Blocked {
    return new Blocked('RESP-WS-005', 'expected an event as in a stream over HTTP', {
      place: { exchange: this.exchange.id, frame: index },
      expected: 'an event as in a stream over HTTP',
      actual: json ?? data,
    });
  }

  #frame(index: number, silenceMs?: number): Promise<Frame | undefined> {
    return nextFrame(this.#live, index, this.#patience, 'WebSocket', { silenceMs });
  }

  async close(): Promise<void> {
    await this.#live.close();
  }

  /** Walks away without a close frame. */
  async leave(): Promise<void> {
    await this.#live.leave();
  }
}
