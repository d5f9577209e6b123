/// <reference lib="esnext.disposable" preserve="true" />
import type { ChatRequest, StreamEvent } from '@agentproto/protocol/chat/docs';
import { WireError } from '@agentproto/wire';
import { connectWebSocket, type WebSocketChannel, type WebSocketConstructor } from '@agentproto/wire/websocket';
import type { Auth } from '../auth.ts';
import { type CallOptions, lifeOf, type Timed } from '../call.ts';
import {
  AbortedError,
  type AgentProtoError,
  ConnectionError,
  ConnectTimeoutError,
  FirstEventTimeoutError,
  isAgentProtoError,
} from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import { place } from '../middleware.ts';
import { checkPositive } from '../transport.ts';
import { type Connection, urlOf } from './call.ts';
import { type Report, reporter } from './deviation.ts';
import { carriesDecision, type ChatInput, chatRequest } from './input.ts';
import { maskOf } from './secrets.ts';
import { ChatSocket } from './socket.ts';
import { ChatStream, type Progress } from './stream.ts';
import { TurnFrames } from './turn-frames.ts';

export interface ReconnectPolicy {
  /** How many sockets at most one turn may use, the first included. Default 5. */
  attempts?: number;
  /** The first wait is random up to it; each further one up to twice as long. Default 1,000. */
  baseMs?: number;
  /** The longest wait. Default 30,000. */
  maxMs?: number;
}

export interface SessionOptions extends Pick<CallOptions, 'headers' | 'timeouts'> {
  /** Until the socket is open. */
  signal?: AbortSignal;
  /** Subprotocols, the preferred one first. The documents name none. */
  protocols?: string[];
  /** What a turn does about a connection that cannot be made, or breaks. `false`: it fails. */
  reconnect?: ReconnectPolicy | false;
}

export type TurnOptions = Pick<CallOptions, 'signal' | 'timeouts'>;

/** What the client gives to its sessions. */
export interface SessionConnection extends Connection {
  auth: Auth | undefined;
  WebSocket: WebSocketConstructor | undefined;
}

/** RFC 6455, 7.4.1: broken, server error, restart, overload, bad gateway. Any other close is meant. */
const PASSING = [1006, 1011, 1012, 1013, 1014];

/**
 * A conversation over one WebSocket (server: WebSocket), one turn at a time: further ones wait in their order.
 *
 * A connection that broke is made anew for the next turn, or for the one under way if it carries no decision and
 * nothing of it has come. When the server closes for good, the session is over.
 */
export class ChatSession implements AsyncDisposable {
  readonly #connection: SessionConnection;
  readonly #options: SessionOptions;
  readonly #reconnect: Required<ReconnectPolicy>;
  readonly #timeouts: Timed['timeouts'];
  readonly #url: string;
  readonly #where: string;
  readonly #report: Report;
  readonly #closing = new AbortController();
  #socket: ChatSocket | undefined;
  /** Settles when the turns before have left the socket. */
  #before: Promise<void> = Promise.resolve();
  /** Why no turn can be had any more. */
  #over: AgentProtoError | undefined;
  #failures = 0;
  /** When the next socket may be opened. */
  #notBefore = 0;

  private constructor(connection: SessionConnection, options: SessionOptions) {
    checkPositive(options.timeouts);
    this.#connection = connection;
    this.#options = options;
    const { reconnect = {} } = options;
    this.#reconnect = { attempts: 5, baseMs: 1_000, maxMs: 30_000, ...(reconnect || { attempts: 1 }) };
    this.#timeouts = { ...connection.transport.timeouts, ...options.timeouts };
    this.#url = urlOf('chat-ws', connection.url).replace(/^http/, 'ws');
    this.#where = place({ operation: 'chat-ws', url: this.#url });
    this.#report = reporter('chat-ws', connection.tell);
    connection.closed.addEventListener('abort', () => void this.close(), { signal: this.#closing.signal });
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
    return new ChatStream({
      begin: () => lifeOf(timed),
      open: (life, progress) => this.#events(request, id, timed, life, progress),
      where: this.#where,
      report: this.#report,
      mask: maskOf(request),
    });
  }

  /** Ends all turns with `AbortedError`, and closes the socket: 5 seconds at most. */
  async close(): Promise<void> {
    this.#over ??= new AbortedError('the session was closed');
    this.#closing.abort(this.#over);
    await this.#leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #timed({ signal, timeouts }: TurnOptions): Timed {
    const signals = [signal, this.#connection.closed, this.#closing.signal];
    return { name: 'chat-ws', streams: true, signals, timeouts: { ...this.#timeouts, ...timeouts } };
  }

  async *#events(
    request: ChatRequest,
    id: string,
    timed: Timed,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<StreamEvent[], void, undefined> {
    const frame = JSON.stringify(request);
    const once = carriesDecision(request);
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const before = this.#before;
    this.#before = before.then(() => left);
    let turn = new TurnFrames(id, maskOf(request), progress.unread, leave);
    try {
      await life.race(before);
      for (let attempt = 1; ; attempt++) {
        try {
          const socket = this.#socket ?? (await this.#open(life));
          socket.start(turn, frame);
          progress.begun = true;
          yield* this.#taken(turn, timed, life);
          return;
        } catch (error) {
          const mayRepeat = !turn.begun && !(once && progress.begun) && attempt < this.#reconnect.attempts;
          if (!mayRepeat || !isPassing(error)) throw error;
          void this.#leave();
          turn = new TurnFrames(id, turn.mask, progress.unread, leave);
        }
      }
    } finally {
      if (!turn.complete) {
        if (progress.begun) void this.#leave();
        leave();
      }
    }
  }

  async *#taken(
    turn: TurnFrames,
    { timeouts: { firstEventMs, idleMs } }: Timed,
    life: Lifetime,
  ): AsyncGenerator<StreamEvent[], void, undefined> {
    const limits = life.child();
    try {
      limits.limit(firstEventMs, () => new FirstEventTimeoutError(`${this.#where}: no event`, firstEventMs));
      let events = await turn.take(limits);
      limits.idle(idleMs, this.#where);
      while (events) {
        yield events;
        events = await turn.take(limits);
      }
    } finally {
      limits.close();
    }
  }

  async #open(life: Lifetime): Promise<ChatSocket> {
    if (this.#over) throw this.#over;
    const waitMs = this.#notBefore - performance.now();
    if (waitMs > 0) await life.sleep(waitMs);
    const { connectMs } = this.#timeouts;
    const limits = life.child();
    limits.limit(connectMs, () => new ConnectTimeoutError(`${this.#where}: no WebSocket`, connectMs));
    try {
      const channel = await this.#connect(limits);
      this.#failures = 0;
      const socket: ChatSocket = new ChatSocket(channel, {
        where: this.#where,
        report: this.#report,
        onClosed: ({ code }, error) => {
          if (this.#socket === socket) this.#socket = undefined;
          if (PASSING.includes(code)) this.#failed();
          else this.#over ??= error;
        },
      });
      this.#socket = socket;
      return socket;
    } catch (error) {
      if (isPassing(error)) this.#failed();
      throw error;
    } finally {
      limits.close();
    }
  }

  async #connect(life: Lifetime): Promise<WebSocketChannel> {
    const { auth } = this.#connection;
    if (typeof auth !== 'function') return this.#upgrade(life, auth);
    const ask = async (refresh: boolean) => auth({ refresh });
    try {
      return await this.#upgrade(life, await life.race(ask(false)));
    } catch (error) {
      if (!isAgentProtoError(error, 'CONNECTION_FAILED')) throw error;
      // It may have been a 401: a WebSocket does not say.
      return this.#upgrade(life, await life.race(ask(true)));
    }
  }

  async #upgrade(life: Lifetime, token: string | undefined): Promise<WebSocketChannel> {
    const { transport, WebSocket } = this.#connection;
    const headers = new Headers(transport.headers);
    new Headers(this.#options.headers).forEach((value, header) => headers.set(header, value));
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    try {
      return await connectWebSocket(this.#url, {
        signal: life.signal,
        timeoutMs: Infinity,
        protocols: this.#options.protocols,
        // Browsers refuse any.
        headers: [...headers.keys()].length > 0 ? Object.fromEntries(headers) : undefined,
        limits: { messageBytes: transport.limits.eventBytes },
        WebSocket,
      });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // It names the address already.
      throw new ConnectionError(`chat-ws at ${error.message}`, { cause: error, nothingSent: true });
    }
  }

  #failed(): void {
    const { baseMs, maxMs } = this.#reconnect;
    const waitMs = Math.min(maxMs, baseMs * 2 ** this.#failures++);
    this.#notBefore = performance.now() + Math.random() * waitMs;
  }

  /** Closes the socket that is open; the next turn opens another. */
  async #leave(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    await socket?.leave();
  }
}

/** The connection failed, and may not fail again. */
function isPassing(error: unknown): boolean {
  return isAgentProtoError(error, 'CONNECTION_FAILED') || isAgentProtoError(error, 'CONNECT_TIMEOUT');
}
