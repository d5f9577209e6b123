/// <reference lib="esnext.disposable" preserve="true" />
import type { WebSocketConstructor } from '@agentproto/wire/websocket';
import { type CallOptions, lifeOf, parseJson, textOf } from '../call.ts';
import { teller } from '../deviations.ts';
import { AbortedError, InvalidInputError } from '../errors.ts';
import { place } from '../middleware.ts';
import { createTransport, type TransportOptions } from '../transport.ts';
import { answerTo, chatCall } from './call.ts';
import type { Deviation } from './deviation.ts';
import { readMessage } from './event.ts';
import { type ChatInput, chatRequest } from './input.ts';
import { receive } from './ndjson.ts';
import { type ChatReply, replyOf } from './reply.ts';
import { restAt } from './rest.ts';
import { ChatSession, type SessionConnection, type SessionOptions } from './session.ts';
import { ChatStream } from './stream.ts';

export interface ChatOptions extends TransportOptions {
  /** For `connect`. Default: the platform's. */
  WebSocket?: WebSocketConstructor;
  /** Told once about each kind of thing that the agent does otherwise than the documents say, and of every unknown event. */
  onDeviation?: (deviation: Deviation) => void;
  /** What does not meet a requirement is an error: `DeviationError`. Default: the client goes on. */
  strict?: boolean;
}

/** A client of the agent at `url`, the part of its address before `/api/chat`. Nothing is sent. */
export function chatClient(url: string | URL, options: ChatOptions = {}): ChatClient {
  return new ChatClient(url, options);
}

/**
 * A client of one DCAF chat agent. Every method throws `ChatHttpError` where the server refuses a request,
 * `ChatTurnError` where a turn fails, and one of `@agentproto/client/errors` for all else.
 */
export class ChatClient implements AsyncDisposable {
  readonly url: string;
  readonly #connection: SessionConnection;
  readonly #closing = new AbortController();

  constructor(url: string | URL, options: ChatOptions) {
    const { protocol, href, username, password } = URL.parse(url) ?? {};
    if (!href || !/^https?:$/.test(protocol!)) throw new InvalidInputError('url: expected an http or https url');
    if (username || password)
      throw new InvalidInputError('url: expected no user and password in it; give them as auth');
    const { auth, WebSocket, onDeviation, strict } = options;
    this.url = href;
    this.#connection = {
      url: href,
      transport: createTransport(options),
      tell: teller(onDeviation, strict),
      closed: this.#closing.signal,
      auth,
      WebSocket,
    };
  }

  /** Sends one turn and waits for the whole answer (server: Synchronous Response). */
  async chat(input: ChatInput, options: CallOptions = {}): Promise<ChatReply> {
    const turn = chatRequest(input);
    const call = chatCall(this.#connection, 'chat', turn, options);
    const life = lifeOf(call);
    try {
      const rest = restAt(this.url, async (url, body) => {
        const answer = await answerTo({ ...call, url, body }, life);
        try {
          const json = parseJson(await textOf(answer, call), answer, call.redact);
          return Response.json(readMessage(json, answer.where, call.mask));
        } finally {
          answer.life.close();
        }
      });
      const { data } = await rest.POST('/api/chat', { body: turn });
      return replyOf(data!);
    } finally {
      life.close();
    }
  }

  /** Sends one turn and follows the answer (server: Streaming). Leaving the loop stops the agent. */
  stream(input: ChatInput, options: CallOptions = {}): ChatStream {
    const call = chatCall(this.#connection, 'chat-stream', chatRequest(input), options);
    const { name: operation, url, report, mask } = call;
    return new ChatStream({
      begin: () => lifeOf(call),
      open: (life, progress) => receive(call, life, progress),
      where: place({ operation, url }),
      report,
      mask,
    });
  }

  /** Opens a WebSocket for a conversation of many turns (server: WebSocket). */
  async connect(options: SessionOptions = {}): Promise<ChatSession> {
    return ChatSession.open(this.#connection, options);
  }

  /** Aborts all that is under way, and closes all sessions. */
  async close(): Promise<void> {
    this.#closing.abort(new AbortedError('the client was closed'));
    this.#connection.transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
