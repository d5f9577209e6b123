import type { AnyStreamEvent } from '@agentproto/protocol/responses/openai';
import { WireError } from '@agentproto/wire';
import type { WebSocketChannel, WebSocketClosed } from '@agentproto/wire/websocket';
import { AbortedError, ConnectionError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { SocketDialer } from '../socket-dialer.ts';
import { TurnFrames } from '../turn-frames.ts';
import { wireFailure } from '../wire-failure.ts';
import type { Progress } from './reading.ts';
import type { Report } from './deviation.ts';
import { errorSaid } from '../error-said.ts';
import { readEvent } from './event.ts';
import { isEnd } from './ends.ts';

/** The code of the frame by which a server says that the connection has lasted its time (WebSocket Errors). */
const LIMIT_REACHED = 'websocket_connection_limit_reached';

/** How long the end of a response may follow its `error`: some servers send none. */
const LINGER_MS = 250;

export interface SocketOwner {
  dialer: SocketDialer;
  report: Report;
  /** The socket is of no further use: the peer closed it, or will. Not called after `leave`. */
  onOver(how: WebSocketClosed | undefined): void;
}

/** One response over a WebSocket. */
export class ResponseTurn extends TurnFrames<AnyStreamEvent> {
  readonly progress: Progress;
  /** Called once it is complete and the socket is free for the next one. */
  readonly onFree: () => void;
  /** The id of its response, once an event has said it. */
  id: string | undefined;

  constructor(progress: Progress, onFree: () => void) {
    super();
    this.progress = progress;
    this.onFree = onFree;
  }
}

/** One WebSocket, and the responses that go over it, strictly one after the other (WebSocket Transport). */
export class ResponseSocket {
  readonly #channel: WebSocketChannel;
  readonly #owner: SocketOwner;
  #turn: ResponseTurn | undefined;
  /** Of the response before. */
  #lastId: string | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #left = false;

  constructor(channel: WebSocketChannel, owner: SocketOwner) {
    this.#channel = channel;
    this.#owner = owner;
    void this.#read();
  }

  /** Sends a request; what comes from now on is for `turn`. Throws `ConnectionError` where nothing could be sent. */
  start(turn: ResponseTurn, frame: string): void {
    this.#owner.dialer.send(this.#channel, frame);
    this.#turn = turn;
  }

  /** Closes it; nobody is told. The server stops working on the response. */
  async leave(): Promise<void> {
    this.#left = true;
    clearTimeout(this.#linger);
    this.#turn?.fail(new AbortedError('the response was left'));
    await this.#channel.close();
  }

  async #read(): Promise<void> {
    const { dialer, onOver } = this.#owner;
    const { where } = dialer;
    try {
      for await (const { data } of this.#channel.messages) await this.#receive(data);
    } catch (error) {
      if (!(error instanceof WireError && error.code === 'broken')) {
        this.#turn?.fail(wireFailure(error, 'frames within their limits', where));
        void this.leave();
        onOver(undefined);
      }
    }
    const how = await this.#channel.closed;
    const said = how.reason && ` (${dialer.redact(how.reason)})`;
    if (!this.#left) onOver(how);
    clearTimeout(this.#linger);
    this.#turn?.fail(new ConnectionError(`${where}: the WebSocket closed with ${how.code}${said}`));
  }

  #receive(data: string | Uint8Array): Promise<void> | undefined {
    const { dialer, report } = this.#owner;
    const { where } = dialer;
    const turn = this.#turn;
    if (typeof data !== 'string') report('binary-frame', `${where}: expected text`);
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    const event = readEvent(text, undefined, where, report, turn?.progress.unread ?? { count: 0, why: '' });
    if (event?.type === 'error' && errorSaid(event)?.code === LIMIT_REACHED) return this.#expire(turn, event);
    if (!turn || (event && !turn.id && this.#isLate(event))) {
      if (event && event.type !== 'keepalive')
        report('event-after-end', `${where}: expected nothing after the end, got ${event.type}`);
      return undefined;
    }
    turn.progress.answered = true;
    turn.hear();
    if (!event) return undefined;
    turn.id ??= idIn(event);
    if (isEnd(event.type)) return this.#finish(turn, event);
    if (event.type !== 'error') return turn.put(event, false);
    // Of a request that was refused, an error is all that comes.
    if (turn.id === undefined) return this.#finish(turn, event);
    this.#linger ??= setTimeout(() => this.#finish(turn), LINGER_MS);
    return turn.put(event, false);
  }

  #finish(turn: ResponseTurn, last?: AnyStreamEvent): undefined {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#lastId = turn.id ?? this.#lastId;
    this.#turn = undefined;
    if (last) void turn.put(last, true);
    turn.finish();
    turn.onFree();
  }

  /** The server closes now: a request that it did not begin with can be sent over another socket. */
  #expire(turn: ResponseTurn | undefined, event: AnyStreamEvent): undefined {
    this.#owner.onOver(undefined);
    if (!turn) return;
    if (turn.begun) return this.#finish(turn, event);
    this.#turn = undefined;
    turn.fail(new ConnectionError(`${this.#owner.dialer.where}: ${LIMIT_REACHED}`, { nothingSent: true }));
  }

  /** Whether it belongs to the response before: a response begins with an event that names it, or an error. */
  #isLate(event: AnyStreamEvent): boolean {
    if (this.#lastId === undefined || event.type === 'error' || event.type === 'response.created') return false;
    return idIn(event) === this.#lastId || (idIn(event) === undefined && event.type.startsWith('response.'));
  }
}

function idIn(event: AnyStreamEvent): string | undefined {
  const { response } = event as { response?: unknown };
  return isObject(response) && typeof response['id'] === 'string' ? response['id'] : undefined;
}
