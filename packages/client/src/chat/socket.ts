import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { WireError } from '@agentproto/wire';
import type { WebSocketChannel, WebSocketClosed } from '@agentproto/wire/websocket';
import { AbortedError, ConnectionError } from '../errors.ts';
import type { SocketDialer } from '../socket-dialer.ts';
import { wireFailure } from '../wire-failure.ts';
import type { Report } from './deviation.ts';
import { readEvent } from './event.ts';
import type { ChatTurn } from './turn.ts';

/** How long the next turn waits for a `done` that follows an `error`: not every server says whose `done` it is. */
const LINGER_MS = 300;

export interface SocketOwner {
  dialer: SocketDialer;
  report: Report;
  /** The peer closed, or the connection broke. Not called after `leave`. */
  onClosed(how: WebSocketClosed, error: ConnectionError): void;
}

/** One WebSocket, and the turns that go over it, one at a time (server: WebSocket). */
export class ChatSocket {
  readonly #channel: WebSocketChannel;
  readonly #owner: SocketOwner;
  #turn: ChatTurn | undefined;
  #frames = 0;
  #linger: { turn: ChatTurn; timer: ReturnType<typeof setTimeout> } | undefined;
  #left = false;

  constructor(channel: WebSocketChannel, owner: SocketOwner) {
    this.#channel = channel;
    this.#owner = owner;
    void this.#read();
  }

  /** Sends a turn; what comes from now on is for `turn`. Throws `ConnectionError` where nothing could be sent. */
  start(turn: ChatTurn, frame: string): void {
    this.#owner.dialer.send(this.#channel, frame);
    this.#turn = turn;
  }

  /** Closes it; nobody is told. The server stops working on the turn. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#turn?.fail(new AbortedError('the turn was left'));
    this.#settle();
    await this.#channel.close();
  }

  async #read(): Promise<void> {
    const { dialer, onClosed } = this.#owner;
    const { where } = dialer;
    try {
      for await (const { data } of this.#channel.messages) await this.#receive(data);
    } catch (error) {
      if (!(error instanceof WireError && error.code === 'broken')) {
        this.#turn?.fail(wireFailure(error, 'frames within their limits', where));
        void this.leave();
      }
    }
    const how = await this.#channel.closed;
    const said = how.reason && ` (${this.#turn?.mask(how.reason) ?? how.reason})`;
    const error = new ConnectionError(`${where}: the WebSocket closed with ${how.code}${said}`);
    if (!this.#left) onClosed(how, error);
    this.#turn?.fail(error);
    this.#settle();
  }

  #receive(data: string | Uint8Array): Promise<void> | undefined {
    const turn = this.#turn;
    const event = this.#readFrame(data, turn);
    const owner = event?.type === 'done' ? event.meta_data?.request_context?.['turn_id'] : undefined;
    if (!turn || (typeof owner === 'string' && owner !== turn.id)) {
      if (event) this.#passOver(event);
      return undefined;
    }
    const room = event && turn.put(event, event.type === 'done' || event.type === 'error');
    turn.hear();
    if (turn.complete) {
      this.#turn = undefined;
      if (event?.type === 'done') turn.onFree();
      else this.#linger = { turn, timer: setTimeout(() => this.#settle(), LINGER_MS) };
    }
    return room;
  }

  #readFrame(data: string | Uint8Array, turn: ChatTurn | undefined): StreamEvent | undefined {
    const { dialer, report } = this.#owner;
    const at = `${dialer.where}: frame ${++this.#frames}`;
    if (typeof data !== 'string') report('binary-frame', `${at}: expected text`);
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    try {
      return readEvent(text, at, report, turn?.mask ?? ((said) => said), turn?.unread ?? { count: 0, why: '' });
    } catch (error) {
      if (turn) throw error;
      report('event-after-end', `${at}: expected nothing outside of a turn`);
      return undefined;
    }
  }

  #passOver({ type }: StreamEvent): void {
    const kind = type === 'done' ? 'done-after-error' : 'event-after-end';
    this.#owner.report(
      kind,
      `${this.#owner.dialer.where}: frame ${this.#frames}: expected nothing outside of a turn, got ${type}`,
    );
    if (type === 'done') this.#settle();
  }

  /** The turn that an `error` ended has had all its frames. */
  #settle(): void {
    clearTimeout(this.#linger?.timer);
    this.#linger?.turn.onFree();
    this.#linger = undefined;
  }
}
