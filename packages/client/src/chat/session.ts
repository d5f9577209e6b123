/// <reference lib="esnext.disposable" preserve="true" />
import type { ChatRequest, StreamEvent } from '@agentproto/protocol/chat/docs';
import { type CallOptions, lifeOf, type Timed } from '../call.ts';
import { AbortedError, type AgentProtoError } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import {
  isPassing,
  isPassingClose,
  type ReconnectPolicy,
  SocketDialer,
  type SocketPlatform,
} from '../socket-dialer.ts';
import { checkPositive } from '../transport.ts';
import { type Connection, sized, urlOf } from './call.ts';
import { type Report, reporter } from './deviation.ts';
import { carriesDecision, type ChatInput, chatRequest } from './input.ts';
import { ChatReading, type Progress } from './reading.ts';
import { maskOf } from './secrets.ts';
import { ChatSocket } from './socket.ts';
import { ChatStream } from './stream.ts';
import { ChatTurn } from './turn.ts';

export interface SessionOptions extends Pick<CallOptions, 'headers' | 'timeouts'> {
  /** Until the socket is open. */
  signal?: AbortSignal;
  /** Subprotocols, the preferred one first. The documents name none. */
  protocols?: string[];
  /** What a turn does about a connection that cannot be made, or breaks. `false`: it fails. */
  reconnect?: ReconnectPolicy | false;
}

export type TurnOptions = Pick<CallOptions, 'signal' | 'timeouts'>;

/** What a frame may have where nobody has said otherwise: more closes the socket (uvicorn's own limit). */
const FRAME_BYTES = 16 * 1024 * 1024;

/** What the client gives to its sessions. */
export type SessionConnection = Connection & SocketPlatform;

/**
 * A conversation over one WebSocket (server: WebSocket), one turn at a time: further ones wait in their order.
 *
 * A connection that broke is made anew for the next turn, or for the one under way if it carries no decision and
 * nothing of it has come. When the server closes for good, the session is over.
 */
export class ChatSession implements AsyncDisposable {
  readonly #connection: SessionConnection;
  readonly #dialer: SocketDialer;
  readonly #timeouts: Timed['timeouts'];
  readonly #report: Report;
  /** Ends with the client, or before. */
  readonly #closing: Lifetime;
  #socket: ChatSocket | undefined;
  /** Settles when the turns before have left the socket. */
  #before: Promise<void> = Promise.resolve();
  /** Why no turn can be had any more. */
  #over: AgentProtoError | undefined;

  private constructor(connection: SessionConnection, options: SessionOptions) {
    checkPositive(options.timeouts);
    this.#connection = connection;
    const { headers, protocols, reconnect } = options;
    this.#timeouts = { ...connection.transport.timeouts, ...options.timeouts };
    this.#dialer = new SocketDialer({
      ...connection,
      operation: 'chat-ws',
      url: urlOf('chat-ws', connection.url),
      headers,
      protocols,
      connectMs: this.#timeouts.connectMs,
      reconnect,
    });
    this.#report = reporter('chat-ws', connection.tell);
    this.#closing = connection.closed.child();
    this.#closing.addEventListener('abort', () => void this.close());
  }

  /** Opens the socket; a failure is not met by trying again. */
  static async open(connection: SessionConnection, options: SessionOptions): Promise<ChatSession> {
    const session = new ChatSession(connection, options);
    const life = lifeOf(session.#timed(options));
    try {
      await session.#open(life);
    } catch (error) {
      await session.close();
      throw error;
    } finally {
      life.close();
    }
    return session;
  }

  /**
   * One turn; sent when its first event is read and the turns before it are over. Leaving it before its end closes the
   * socket, because nothing else stops a server; the next turn opens another.
   */
  turn(input: ChatInput, options: TurnOptions = {}): ChatStream {
    checkPositive(options.timeouts);
    const given = chatRequest(input);
    const id = typeof given['turn_id'] === 'string' ? given['turn_id'] : crypto.randomUUID();
    const request: ChatRequest = { ...given, turn_id: id };
    const timed = this.#timed(options);
    const said = { where: this.#dialer.where, report: this.#report, mask: maskOf(request) };
    return new ChatStream(
      () => lifeOf(timed),
      async (life) =>
        new ChatReading({ ...said, open: (progress) => this.#events(request, id, timed, life, progress) }, life),
    );
  }

  /** Ends all turns with `AbortedError`, and closes the socket: 5 seconds at most. */
  async close(): Promise<void> {
    this.#over ??= new AbortedError('the session was closed');
    this.#closing.end(this.#over);
    await this.#leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #timed({ signal, timeouts }: TurnOptions): Timed {
    const endings = [signal, this.#closing];
    return { name: 'chat-ws', streams: true, endings, timeouts: { ...this.#timeouts, ...timeouts } };
  }

  async *#events(
    request: ChatRequest,
    id: string,
    timed: Timed,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<StreamEvent[], void, undefined> {
    const frame = sized(JSON.stringify(request), this.#connection.turnBytes ?? FRAME_BYTES);
    const once = carriesDecision(request);
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const before = this.#before;
    this.#before = before.then(() => left);
    let turn = new ChatTurn(id, maskOf(request), progress.unread, leave);
    try {
      await life.race(before);
      for (let attempt = 1; ; attempt++) {
        try {
          const socket = this.#socket ?? (await this.#open(life));
          socket.start(turn, frame);
          progress.begun = true;
          yield* turn.taken(life, timed.timeouts, this.#dialer.where);
          return;
        } catch (error) {
          const mayRepeat = !turn.begun && !(once && progress.begun) && attempt < this.#dialer.reconnect.attempts;
          if (!mayRepeat || !isPassing(error)) throw error;
          void this.#leave();
          turn = new ChatTurn(id, turn.mask, progress.unread, leave);
        }
      }
    } finally {
      if (!turn.complete) {
        if (progress.begun) void this.#leave();
        leave();
      }
    }
  }

  async #open(life: Lifetime): Promise<ChatSocket> {
    if (this.#over) throw this.#over;
    const socket: ChatSocket = new ChatSocket(await this.#dialer.open(life), {
      dialer: this.#dialer,
      report: this.#report,
      onClosed: ({ code }, error) => {
        if (this.#socket === socket) this.#socket = undefined;
        if (isPassingClose(code)) this.#dialer.failed();
        else this.#over ??= error;
      },
    });
    this.#socket = socket;
    return socket;
  }

  /** Closes the socket that is open; the next turn opens another. */
  async #leave(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    await socket?.leave();
  }
}
