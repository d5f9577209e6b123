/// <reference lib="esnext.disposable" preserve="true" />
import type {
  CompactResource,
  CompactResponseBody,
  DeletedModel,
  DeletedResponse,
  Include,
  InputTokens,
  InputTokensBody,
  ItemField,
  ItemList,
  Model,
  ModelList,
  ResponseResource,
} from '@agentproto/protocol/responses/openai';
import { type CallOptions, lifeOf } from '../call.ts';
import { teller } from '../deviations.ts';
import { AbortedError, InvalidInputError } from '../errors.ts';
import { isObject } from '../json.ts';
import { late } from '../late.ts';
import { Lifetime } from '../lifetime.ts';
import type { WebSocketConstructor } from '@agentproto/wire/websocket';
import { backoffMs } from '../retry.ts';
import type { SocketPlatform } from '../socket-dialer.ts';
import { createTransport, type TransportOptions } from '../transport.ts';
import { type Asked, type Connection, isResponse, responsesCall, type ResponsesCall, urlOf } from './call.ts';
import { Conversations } from './conversations.ts';
import type { Deviation, DeviationKind } from './deviation.ts';
import { ResponseNotCompletedError } from './error.ts';
import { createBody, type ResponseInput } from './input.ts';
import { checkedId, isItemList, itemsOf, type PageParams } from './page.ts';
import { type Kind, rest } from './rest.ts';
import type { ResponsesSession, SessionOptions } from './session.ts';
import { ResponseStream } from './stream.ts';

export interface ResponsesOptions extends TransportOptions {
  /** For requests that name none. */
  model?: string;
  /** For `connect`. Default: the platform's. */
  WebSocket?: WebSocketConstructor;
  /** Told once about each kind of thing that the server does otherwise than Open Responses says. */
  onDeviation?: (deviation: Deviation) => void;
  /** What does not meet a requirement is an error: `DeviationError`. Default: the client goes on. */
  strict?: boolean;
}

export interface CreateOptions extends CallOptions {
  /** A response that has failed, is incomplete or was cancelled is a `ResponseNotCompletedError`; for a stream, in `final`. */
  expectCompleted?: boolean;
}

export interface StreamOptions extends CreateOptions {
  /**
   * After a broken connection, ask for the events that are missing, at most `attempts` times in a row without a new one.
   * Only for a response in the background. Default: not at all.
   */
  resume?: { attempts: number };
}

export interface RetrieveStreamOptions extends StreamOptions {
  /** The `sequence_number` of the last event that was seen. Default: from the beginning. */
  starting_after?: number;
  include?: Include[];
}

// Who asks for whole responses needs neither.
const streams = late(() => import('./connection.ts'));
const sessions = late(() => import('./session.ts'));

/** A client of the server at `url`, what stands before `/responses`: `https://host/v1`. Nothing is sent. */
export function responsesClient(url: string | URL, options: ResponsesOptions = {}): ResponsesClient {
  return new ResponsesClient(url, options);
}

/**
 * A client of one server of Open Responses or of OpenAI's API. Every method throws `ResponsesError` where the server
 * answers with an error, and one of `@agentproto/client/errors` for all else.
 */
export class ResponsesClient implements AsyncDisposable {
  readonly url: string;
  readonly conversations: Conversations;
  readonly #connection: Connection & SocketPlatform;
  readonly #model: string | undefined;

  constructor(url: string | URL, options: ResponsesOptions = {}) {
    const { protocol, href, username, password } = URL.parse(url) ?? {};
    if (!href || !/^https?:$/.test(protocol!)) throw new InvalidInputError('url: expected an http or https url');
    if (username || password)
      throw new InvalidInputError('url: expected no user and password in it; give them as auth');
    this.url = href;
    this.#model = options.model;
    this.#connection = {
      url: href,
      transport: createTransport(options),
      tell: teller(options.onDeviation, options.strict),
      closed: new Lifetime(),
      auth: options.auth,
      WebSocket: options.WebSocket,
    };
    this.conversations = new Conversations(this.#connection);
  }

  /**
   * Asks for a response and waits for it; with `background: true`, only until it is queued. One that has failed or is
   * incomplete is an answer too, and its `status` says so.
   */
  async create(input: ResponseInput, options: CreateOptions = {}): Promise<ResponseResource> {
    const body = createBody(input, this.#model);
    const blocking = !body.background;
    const response = await this.#rest<ResponseResource>(
      'createResponse',
      { ...RESPONSE, blocking },
      options,
      (client) => client.POST('/responses', { body }),
    );
    return options.expectCompleted && blocking ? completed(response) : response;
  }

  /** Asks for a response and follows it. Leaving the loop disconnects. */
  stream(input: ResponseInput, options: StreamOptions = {}): ResponseStream {
    const body = { ...createBody(input, this.#model), stream: true };
    if (options.resume && !body.background) {
      throw new InvalidInputError('resume: expected background: true, without which no server keeps the events');
    }
    const call = this.#call('createResponse', options);
    return this.#stream(
      call,
      { method: 'POST', url: urlOf(this.url, '/responses'), body: JSON.stringify(body) },
      options,
    );
  }

  /**
   * Opens a WebSocket for many requests (WebSocket Transport, which a server may have). Throws `ConnectionError`, as the
   * platform does not say why: over HTTP the same server may tell.
   */
  async connect(options: SessionOptions = {}): Promise<ResponsesSession> {
    const life = new Lifetime([options.signal, this.#connection.closed]);
    const { ResponsesSession } = await life.race(sessions()).finally(() => life.close());
    return ResponsesSession.open(this.#connection, this.#model, options);
  }

  /** A response that the server keeps, as it is now. */
  async retrieve(id: string, options: CallOptions & { include?: Include[] } = {}): Promise<ResponseResource> {
    const { include, ...call } = options;
    return this.#rest<ResponseResource>('retrieveResponse', { ...RESPONSE, safe: true }, call, (client) =>
      client.GET('/responses/{response_id}', { params: { path: of(id), ...(include && { query: { include } }) } }),
    );
  }

  /** The events of a response in the background, from its beginning or after `starting_after`. */
  retrieveStream(id: string, options: RetrieveStreamOptions = {}): ResponseStream {
    const { starting_after: startingAfter } = options;
    const call = this.#call('retrieveResponse', options, true);
    const { report } = call;
    // What is followed from its middle was announced before.
    if (startingAfter !== undefined) call.report = (kind, said) => ORDER.includes(kind) || report(kind, said);
    return this.#stream(call, this.#rejoining(id, startingAfter, options.include), options, { id, startingAfter });
  }

  /** Asks for a response again and again until it is neither queued nor in progress. */
  async wait(id: string, options: CreateOptions = {}): Promise<ResponseResource> {
    const life = lifeOf(this.#call('retrieveResponse', options, true));
    try {
      for (let polls = 1; ; polls++) {
        const response = await this.retrieve(id, { ...options, signal: life.signal });
        if (response.status !== 'queued' && response.status !== 'in_progress') {
          return options.expectCompleted ? completed(response) : response;
        }
        await life.sleep(backoffMs(polls, POLLING));
      }
    } catch (error) {
      life.throwIfAborted();
      throw error;
    } finally {
      life.close();
    }
  }

  async delete(id: string, options: CallOptions = {}): Promise<DeletedResponse> {
    // Servers answer with an empty body, or null.
    const kind = { expected: 'what was deleted', is: isObject, empty: { id, object: 'response', deleted: true } };
    return this.#rest('deleteResponse', kind, options, (client) =>
      client.DELETE('/responses/{response_id}', { params: { path: of(id) } }),
    );
  }

  /** Ends a response in the background. */
  async cancel(id: string, options: CallOptions = {}): Promise<ResponseResource> {
    return this.#rest('cancelResponse', { ...RESPONSE, safe: true }, options, (client) =>
      client.POST('/responses/{response_id}/cancel', { params: { path: of(id) } }),
    );
  }

  /** One page of what a response was asked for with. */
  async listInputItems(id: string, params: PageParams = {}, options: CallOptions = {}): Promise<ItemList> {
    const kind = { expected: 'a list of items', is: isItemList, safe: true };
    return this.#rest('listInputItems', kind, options, (client) =>
      client.GET('/responses/{response_id}/input_items', { params: { path: of(id), query: params } }),
    );
  }

  /** All that a response was asked for with, page by page. */
  inputItems(
    id: string,
    params: PageParams = {},
    options: CallOptions = {},
  ): AsyncGenerator<ItemField, void, undefined> {
    return itemsOf('listInputItems', params, (page) => this.listInputItems(id, page, options));
  }

  /** How many tokens a request would have. */
  async countInputTokens(body: InputTokensBody, options: CallOptions = {}): Promise<InputTokens> {
    const is = (value: unknown) => isObject(value) && typeof value['input_tokens'] === 'number';
    const kind = { expected: 'a number of input_tokens', is, safe: true };
    return this.#rest('countInputTokens', kind, options, (client) =>
      client.POST('/responses/input_tokens', { body: this.#withModel(body) }),
    );
  }

  /** A shorter form of a conversation. Its output is the input of a new one, without `previous_response_id`. */
  async compact(
    body: Omit<CompactResponseBody, 'model'> & { model?: string },
    options: CallOptions = {},
  ): Promise<CompactResource> {
    const { model } = this.#withModel(body);
    if (!model) throw new InvalidInputError('model: expected one, here or in the options of the client');
    const kind = { expected: 'a compaction', is: isResponse, blocking: true };
    return this.#rest('compactResponse', kind, options, (client) =>
      client.POST('/responses/compact', { body: { ...body, model } }),
    );
  }

  async listModels(options: CallOptions = {}): Promise<ModelList> {
    const kind = { expected: 'a list of models', is: isItemList, safe: true };
    return this.#rest('listModels', kind, options, (client) => client.GET('/models'));
  }

  async getModel(model: string, options: CallOptions = {}): Promise<Model> {
    const path = { model: checkedId(model, 'a model') };
    return this.#rest('getModel', { expected: 'a model', is: isObject, safe: true }, options, (client) =>
      client.GET('/models/{model}', { params: { path } }),
    );
  }

  async deleteModel(model: string, options: CallOptions = {}): Promise<DeletedModel> {
    const path = { model: checkedId(model, 'a model') };
    const kind = { expected: 'what was deleted', is: isObject, empty: { id: model, object: 'model', deleted: true } };
    return this.#rest('deleteModel', kind, options, (client) => client.DELETE('/models/{model}', { params: { path } }));
  }

  /** Aborts all that is under way, and closes all sessions; responses in the background go on. */
  async close(): Promise<void> {
    this.#connection.closed.end(new AbortedError('the client was closed'));
    this.#connection.transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #withModel<Body extends { model?: string | null }>(body: Body): Body {
    return this.#model !== undefined && body.model === undefined ? { ...body, model: this.#model } : body;
  }

  #rest<Result>(
    name: string,
    kind: Omit<Kind, 'name'>,
    options: CallOptions,
    ask: Parameters<typeof rest<Result>>[3],
  ): Promise<Result> {
    return rest(this.#connection, { name, ...kind }, options, ask);
  }

  #call(name: string, options: CallOptions, safe = false): ResponsesCall {
    return responsesCall(this.#connection, { name, safe, streams: true, blocking: false }, options);
  }

  #rejoining(id: string, startingAfter?: number, include: Include[] = []): Asked {
    const query = { stream: 'true', ...(startingAfter !== undefined && { starting_after: String(startingAfter) }) };
    const url = new URL(urlOf(this.url, `/responses/${encodeURIComponent(checkedId(id, 'a response'))}`, query));
    for (const each of include) url.searchParams.append('include', each);
    return { method: 'GET', url: url.href };
  }

  #stream(
    call: ResponsesCall,
    asked: Asked,
    options: StreamOptions & { include?: Include[] },
    from: { id?: string; startingAfter?: number | undefined } = {},
  ): ResponseStream {
    const rejoining = (id: string, startingAfter: number) => ({
      call: this.#call('retrieveResponse', { ...options, retry: false }, true),
      asked: this.#rejoining(id, startingAfter, options.include),
    });
    return new ResponseStream(
      () => lifeOf(call),
      async (life, owner, listeners) =>
        (await streams()).followResponse({ ...from, call, asked, rejoining, options }, life, owner, listeners),
      from,
    );
  }
}

/** What cannot be said of a stream that begins in the middle. */
const ORDER: readonly DeviationKind[] = ['item-not-added', 'part-not-added'];

const RESPONSE = { expected: 'a response', is: isResponse };

/** The first polls come soon, for what is done at once. */
const POLLING = { baseMs: 250, maxMs: 5_000 };

function completed(response: ResponseResource): ResponseResource {
  if (response.status !== 'completed') throw new ResponseNotCompletedError(response);
  return response;
}

const of = (id: string) => ({ response_id: checkedId(id, 'a response') });
