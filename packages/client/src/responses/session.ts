/// <reference lib="esnext.disposable" preserve="true" />
import type { AnyStreamEvent, ResponseResource } from '@agentproto/protocol/responses/openai';
import { type CallOptions, lifeOf, type Timed } from '../call.ts';
import { AbortedError, type ConnectionError, InvalidInputError } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import {
  isPassing,
  isPassingClose,
  type ReconnectPolicy,
  SocketDialer,
  type SocketPlatform,
} from '../socket-dialer.ts';
import { checkPositive } from '../transport.ts';
import { type Connection, urlOf } from './call.ts';
import { type Report, reporter } from './deviation.ts';
import { createBody, type ResponseInput } from './input.ts';
import { type Progress, ResponseReading } from './reading.ts';
import { ResponseSocket, ResponseTurn } from './socket.ts';
import { ResponseStream } from './stream.ts';

export interface SessionOptions extends Pick<CallOptions, 'headers' | 'timeouts'> {
  /** Until the socket is open. */
  signal?: AbortSignal;
  /** What is done about a connection that cannot be made. `false`: nothing. */
  reconnect?: ReconnectPolicy | false;
}

export interface TurnOptions extends Pick<CallOptions, 'signal' | 'timeouts'> {
  /** In `create` and `final`, a response that is not completed is a `ResponseNotCompletedError`. */
  expectCompleted?: boolean;
}

/** Members of a request that only HTTP knows (WebSocket Transport). */
const HTTP_ONLY = ['background', 'stream_options'] as const;
/** Options of a call that are said once for a socket. */
const ONCE = ['headers', 'retry', 'resume'] as const;

/**
 * Responses over one WebSocket (WebSocket Transport), one at a time: further requests wait in their order.
 *
 * A response can be gone on from by `previous_response_id` also with `store: false`, as long as the connection lasts. One
 * that closed is made anew for the next request; the server has then forgotten what it did not store, and answers with a
 * `ResponsesError` of code `previous_response_not_found`: send all items again, without that id.
 */
export class ResponsesSession implements AsyncDisposable {
  readonly #dialer: SocketDialer;
  readonly #model: string | undefined;
  readonly #timeouts: Timed['timeouts'];
  readonly #report: Report;
  /** Ends with the client, or before. */
  readonly #closing: Lifetime;
  #socket: ResponseSocket | undefined;
  /** Settles when the responses before have left the socket. */
  #before: Promise<void> = Promise.resolve();

  private constructor(connection: Connection & SocketPlatform, model: string | undefined, options: SessionOptions) {
    checkPositive(options.timeouts);
    const { headers, reconnect } = options;
    this.#model = model;
    this.#timeouts = { ...connection.transport.timeouts, ...options.timeouts };
    this.#dialer = new SocketDialer({
      ...connection,
      operation: 'connectResponses',
      url: urlOf(connection.url, '/responses'),
      headers,
      protocols: undefined,
      connectMs: this.#timeouts.connectMs,
      reconnect,
    });
    this.#report = reporter('connectResponses', connection.tell);
    this.#closing = connection.closed.child();
    this.#closing.addEventListener('abort', () => void this.close());
  }

  /** Opens the socket; a failure is not met by trying again. */
  static async open(
    connection: Connection & SocketPlatform,
    model: string | undefined,
    options: SessionOptions,
  ): Promise<ResponsesSession> {
    const session = new ResponsesSession(connection, model, options);
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

  /** Asks for a response and waits for it; one that has failed or is incomplete is an answer too. */
  async create(input: ResponseInput, options: TurnOptions = {}): Promise<ResponseResource> {
    return this.stream(input, options).final();
  }

  /**
   * Asks for a response and follows it; sent when its first event is read and those before it are over. Leaving it before
   * its end closes the socket, because nothing else stops a server; the next request opens another.
   */
  stream(input: ResponseInput, options: TurnOptions = {}): ResponseStream {
    checkPositive(options.timeouts);
    for (const name of ONCE) {
      if (Object.hasOwn(options, name))
        throw new InvalidInputError(`${name}: expected none for a request over a WebSocket`);
    }
    const body = createBody(input, this.#model);
    for (const name of HTTP_ONLY) {
      if (body[name] != null && body[name] !== false)
        throw new InvalidInputError(`${name}: expected none over a WebSocket`);
    }
    const { background: _, stream_options: __, ...said } = body;
    const frame = JSON.stringify({ type: 'response.create', ...said });
    const timed = this.#timed(options);
    const source = {
      where: this.#dialer.where,
      report: this.#report,
      redact: this.#dialer.redact,
      reopen: () => {
        throw new InvalidInputError('resume: expected no such request over a WebSocket');
      },
      resumeAttempts: 0,
      backoff: {},
      expectCompleted: options.expectCompleted ?? false,
    };
    return new ResponseStream(
      () => lifeOf(timed),
      async (life, owner, listeners) => {
        const open = (progress: Progress) => this.#events(frame, timed, life, progress);
        return new ResponseReading({ ...source, open }, life, owner, listeners);
      },
    );
  }

  /** Ends all that is under way with `AbortedError`, and closes the socket: 5 seconds at most. */
  async close(): Promise<void> {
    this.#closing.end(new AbortedError('the session was closed'));
    await this.#leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #timed({ signal, timeouts }: TurnOptions): Timed {
    const endings = [signal, this.#closing];
    return { name: 'connectResponses', streams: true, endings, timeouts: { ...this.#timeouts, ...timeouts } };
  }

  async *#events(
    frame: string,
    timed: Timed,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<AnyStreamEvent[], void, undefined> {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const before = this.#before;
    this.#before = before.then(() => left);
    let turn = new ResponseTurn(progress, leave);
    let sent = false;
    try {
      await life.race(before);
      for (let attempt = 1; ; attempt++) {
        try {
          const socket = this.#socket ?? (await this.#open(life));
          socket.start(turn, frame);
          sent = true;
          yield* turn.taken(life, timed.timeouts, this.#dialer.where);
          return;
        } catch (error) {
          // What a server may have begun with is not sent again.
          const { nothingSent = false } = error as Partial<ConnectionError>;
          const again = isPassing(error) && (!sent || nothingSent) && attempt < this.#dialer.reconnect.attempts;
          if (!again) throw error;
          void this.#leave();
          turn = new ResponseTurn(progress, leave);
          sent = false;
        }
      }
    } finally {
      if (!turn.complete) {
        if (sent) void this.#leave();
        leave();
      }
    }
  }

  async #open(life: Lifetime): Promise<ResponseSocket> {
    const socket: ResponseSocket = new ResponseSocket(await this.#dialer.open(life), {
      dialer: this.#dialer,
      report: this.#report,
      onOver: (how) => {
        if (this.#socket === socket) this.#socket = undefined;
        if (how && isPassingClose(how.code)) this.#dialer.failed();
      },
    });
    this.#socket = socket;
    return socket;
  }

  /** Closes the socket that is open; the next request opens another. */
  async #leave(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    await socket?.leave();
  }
}
