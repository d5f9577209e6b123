/// <reference lib="esnext.disposable" preserve="true" />
import type { WebSocketConstructor } from '@agentproto/wire/websocket';
import type { ChatRequest, Health, JobEvent } from '@agentproto/protocol/chat/docs';
import { JSON_MEDIA_TYPE } from '@agentproto/protocol/chat/docs';
import { type CallOptions, lifeOf, parseJson, request, textOf } from '../call.ts';
import { teller } from '../deviations.ts';
import { AbortedError, InvalidInputError, MalformedResponseError } from '../errors.ts';
import { late } from '../late.ts';
import { Lifetime } from '../lifetime.ts';
import { retrying } from '../retry.ts';
import { createTransport, type TransportOptions } from '../transport.ts';
import { answerTo, type ChatCall, chatCall, plainCall } from './call.ts';
import type { Deviation } from './deviation.ts';
import { chatErrorOf } from './error.ts';
import { readMessage } from './event.ts';
import { type ChatInput, chatRequest } from './input.ts';
import { type ChatReply, replyOf } from './reply.ts';
import { restAt } from './rest.ts';
import type { ChatSession, SessionConnection, SessionOptions } from './session.ts';
import { ChatStream } from './stream.ts';

export interface ChatOptions extends TransportOptions {
  /** Turns over HTTP go to /api/sendMessage and /api/sendMessageStream, for servers that know no other (server: Legacy Endpoints). */
  legacy?: boolean;
  /** The largest turn that the server takes, in bytes of JSON: a larger one is an `InvalidInputError`. Default: any over HTTP, 16 MiB over a WebSocket. */
  turnBytes?: number;
  /** For `connect`. Default: the platform's. */
  WebSocket?: WebSocketConstructor;
  /** Told once about each kind of thing that the agent does otherwise than the documents say, and of every unknown event. */
  onDeviation?: (deviation: Deviation) => void;
  /** What does not meet a requirement is an error: `DeviationError`. Default: the client goes on. */
  strict?: boolean;
}

// Of an app that sends turns, and no more, these would be the half.
const lines = late(() => import('./ndjson.ts'));
const sessions = late(() => import('./session.ts'));
const jobs = late(() => import('./jobs.ts'));

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

  constructor(url: string | URL, options: ChatOptions) {
    const { protocol, href, username, password } = URL.parse(url) ?? {};
    if (!href || !/^https?:$/.test(protocol!)) throw new InvalidInputError('url: expected an http or https url');
    if (username || password)
      throw new InvalidInputError('url: expected no user and password in it; give them as auth');
    const { auth, WebSocket, onDeviation, strict, legacy = false, turnBytes } = options;
    if (turnBytes !== undefined && !(turnBytes > 0))
      throw new InvalidInputError('turnBytes: expected a number above 0');
    this.url = href;
    this.#connection = {
      url: href,
      transport: createTransport(options),
      legacy,
      turnBytes,
      tell: teller(onDeviation, strict),
      closed: new Lifetime(),
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
      const read = (json: unknown, where: string) => readMessage(json, where, call.mask);
      const rest = this.#rest(call, life, read);
      const body = { body: turn };
      const { data } = await (this.#connection.legacy
        ? rest.POST('/api/sendMessage', body)
        : rest.POST('/api/chat', body));
      return replyOf(data!);
    } finally {
      life.close();
    }
  }

  /** The operations of the OpenAPI document, sent as `call` is; `read` says what an answer is. */
  #rest(call: ChatCall, life: Lifetime, read: (json: unknown, where: string) => object) {
    return restAt(this.url, async (url, body) => {
      const answer = await answerTo({ ...call, url, body }, life);
      try {
        return Response.json(read(parseJson(await textOf(answer, call), answer, call.redact), answer.where));
      } finally {
        answer.life.close();
      }
    });
  }

  /** Whether the server is there (agent-server: GET /health). Throws where it says that it is not. */
  async health(options: CallOptions = {}): Promise<Health> {
    const call = plainCall(this.#connection, { name: 'health' }, options);
    const life = lifeOf(call);
    try {
      const envelope = { method: 'GET', url: call.url, mediaType: JSON_MEDIA_TYPE };
      const answer = await retrying(call, life, (attempt) =>
        request(call, envelope, attempt, life.child(), ({ response, where }, text) =>
          chatErrorOf(where, response.status, text, undefined, call.redact),
        ),
      );
      const health = parseJson(await textOf(answer, call), answer, call.redact) as Health | null;
      if (typeof health?.status === 'string') return health;
      throw new MalformedResponseError('a status', answer.where, call.redact(JSON.stringify(health)));
    } finally {
      life.close();
    }
  }

  /** Sends one turn as a job, which goes on by itself; gives its id (job-queue: Submitting a job). */
  async enqueue(input: ChatInput, options: CallOptions = {}): Promise<string> {
    const turn: ChatRequest = { ...chatRequest(input), queue: true };
    const call = chatCall(this.#connection, 'chat', turn, options);
    const life = lifeOf(call);
    try {
      const read = (json: unknown, where: string): object => {
        const { job_id: id } = (json ?? {}) as { job_id?: unknown };
        if (typeof id === 'string' && id !== '') return { id };
        throw new MalformedResponseError('a job_id: is a queue set up there?', where, call.mask(JSON.stringify(json)));
      };
      const rest = this.#rest(call, life, read);
      const body = { body: turn };
      const { data } = await (this.#connection.legacy
        ? rest.POST('/api/sendMessage', body)
        : rest.POST('/api/chat', body));
      return (data as unknown as { id: string }).id;
    } finally {
      life.close();
    }
  }

  /**
   * The events of a job, to its last one: `done`, whose `data` is the answer, or `error` (job-queue: Streaming events). `after`: the
   * number of the last one that you have. Leaving the loop leaves the job at work.
   */
  async *job(
    id: string,
    { after, ...options }: CallOptions & { after?: number } = {},
  ): AsyncGenerator<JobEvent, void, undefined> {
    if (id === '') throw new InvalidInputError('id: expected that of a job');
    const call = plainCall(this.#connection, { name: 'job-events', jobId: id }, options);
    const { followJob } = await jobs();
    yield* followJob(call, after, () => lifeOf(call));
  }

  /** Sends one turn and follows the answer (server: Streaming). Leaving the loop stops the agent. */
  stream(input: ChatInput, options: CallOptions = {}): ChatStream {
    const call = chatCall(this.#connection, 'chat-stream', chatRequest(input), options);
    return new ChatStream(
      () => lifeOf(call),
      async (life) => (await lines()).followTurn(call, life),
    );
  }

  /** Opens a WebSocket for a conversation of many turns (server: WebSocket). */
  async connect(options: SessionOptions = {}): Promise<ChatSession> {
    if (this.#connection.legacy) throw new InvalidInputError('legacy: the old paths have no WebSocket');
    const life = new Lifetime([options.signal, this.#connection.closed]);
    const { ChatSession } = await life.race(sessions()).finally(() => life.close());
    return ChatSession.open(this.#connection, options);
  }

  /** Aborts all that is under way, and closes all sessions. */
  async close(): Promise<void> {
    this.#connection.closed.end(new AbortedError('the client was closed'));
    this.#connection.transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
