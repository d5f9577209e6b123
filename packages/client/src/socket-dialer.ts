import { WireError } from '@agentproto/wire';
import { connectWebSocket, type WebSocketChannel, type WebSocketConstructor } from '@agentproto/wire/websocket';
import type { Auth } from './auth.ts';
import { ConnectionError, ConnectTimeoutError, InvalidInputError, isAgentProtoError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';
import { place } from './middleware.ts';
import { type Redact, redactor } from './redact.ts';
import { type HeaderRecord, headerRecord, type HeadersGiven } from './headers.ts';
import type { Transport } from './transport.ts';

export interface ReconnectPolicy {
  /** How many sockets at most one turn may use, the first included. Default 5. */
  attempts?: number;
  /** The first wait is random up to it; each further one up to twice as long. Default 1,000. */
  baseMs?: number;
  /** The longest wait. Default 30,000. */
  maxMs?: number;
}

/** What the client gives to its sessions, beside its transport. */
export interface SocketPlatform {
  auth: Auth | undefined;
  /** Default: the platform's. */
  WebSocket: WebSocketConstructor | undefined;
}

export interface Dialed extends SocketPlatform {
  /** The operation in the protocol's own term. */
  operation: string;
  /** http or https. */
  url: string;
  transport: Transport;
  headers: HeadersGiven | undefined;
  protocols: string[] | undefined;
  connectMs: number;
  reconnect: ReconnectPolicy | false | undefined;
}

/** RFC 6455, 7.4.1: broken, server error, restart, overload, bad gateway. Any other close is meant. */
const PASSING = [1006, 1011, 1012, 1013, 1014];

/** Whether a close with that code may not happen again. */
export const isPassingClose = (code: number): boolean => PASSING.includes(code);

/** Whether the connection failed, and may not fail again. */
export function isPassing(error: unknown): boolean {
  return isAgentProtoError(error, 'CONNECTION_FAILED') || isAgentProtoError(error, 'CONNECT_TIMEOUT');
}

/** Opens the sockets of one session, one after the other: with its headers and its token, and after a failure not at once. */
export class SocketDialer {
  /** For messages. */
  readonly where: string;
  /** Takes credentials out of what the server says. */
  readonly redact: Redact;
  readonly reconnect: Required<ReconnectPolicy>;
  readonly #dialed: Dialed;
  readonly #url: string;
  readonly #headers: HeaderRecord;
  readonly #tokens = new Set<string>();
  #failures = 0;
  /** When the next socket may be opened. */
  #notBefore = 0;

  constructor(dialed: Dialed) {
    const { operation, url, transport, headers, reconnect = {} } = dialed;
    this.#dialed = dialed;
    this.#url = url.replace(/^http/, 'ws');
    this.where = place({ operation, url: this.#url });
    this.reconnect = { attempts: 5, baseMs: 1_000, maxMs: 30_000, ...(reconnect || { attempts: 1 }) };
    this.#headers = { ...transport.headers, ...headerRecord(headers) };
    this.redact = redactor(() => [...this.#tokens, ...Object.values(this.#headers)]);
  }

  /** Throws `ConnectionError` and `ConnectTimeoutError`. */
  async open(life: Lifetime): Promise<WebSocketChannel> {
    const waitMs = this.#notBefore - performance.now();
    if (waitMs > 0) await life.sleep(waitMs);
    const { connectMs } = this.#dialed;
    const limits = life.child();
    limits.limit(connectMs, () => new ConnectTimeoutError(`${this.where}: no WebSocket`, connectMs));
    try {
      const channel = await this.#connect(limits);
      this.#failures = 0;
      return channel;
    } catch (error) {
      if (isPassing(error)) this.failed();
      throw error;
    } finally {
      limits.close();
    }
  }

  /** Sends a frame over an open socket. Throws `ConnectionError` where nothing could be sent. */
  send(channel: WebSocketChannel, frame: string): void {
    try {
      channel.send(frame);
    } catch (error) {
      if (error instanceof WireError && error.code === 'send-limit')
        throw new InvalidInputError(`${this.where}: ${error.message}`);
      throw new ConnectionError(`${this.where}: the WebSocket is closing`, { cause: error, nothingSent: true });
    }
  }

  /** The next socket waits a little, after the next failure longer. */
  failed(): void {
    const { baseMs, maxMs } = this.reconnect;
    const waitMs = Math.min(maxMs, baseMs * 2 ** this.#failures++);
    this.#notBefore = performance.now() + Math.random() * waitMs;
  }

  async #connect(life: Lifetime): Promise<WebSocketChannel> {
    const { auth } = this.#dialed;
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
    const { operation, transport, protocols, WebSocket } = this.#dialed;
    const headers = headerRecord({
      ...this.#headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    });
    if (token !== undefined) this.#tokens.add(token);
    try {
      return await connectWebSocket(this.#url, {
        signal: life.signal,
        timeoutMs: Infinity,
        protocols,
        // Browsers refuse any.
        headers: Object.keys(headers).length > 0 ? headers : undefined,
        limits: { messageBytes: transport.limits.eventBytes },
        WebSocket,
      });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // It names the address already.
      throw new ConnectionError(`${operation} at ${error.message}`, { cause: error, nothingSent: true });
    }
  }
}
