/// <reference lib="esnext.disposable" preserve="true" />
import {
  type AgentCard,
  type AgentInterface,
  JSON_MEDIA_TYPE,
  type ListTasksRequest,
  type ListTasksResponse,
  type SendMessageConfiguration,
  type SendMessageRequest,
  type SendMessageResponse,
  SSE_MEDIA_TYPE,
  type Struct,
  type Task,
  A2A_MEDIA_TYPE,
} from '@agentproto/protocol/a2a/1.0';
import { lifeOf } from '../call.ts';
import { teller } from '../deviations.ts';
import { AbortedError, InvalidInputError, MalformedResponseError } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import { backoffMs } from '../retry.ts';
import { createTransport, type TransportOptions } from '../transport.ts';
import type { Binding, BindingName, ClientMethod, WireCall } from './binding.ts';
import { BINDINGS, cardUrls, chooseInterface, findCard } from './card.ts';
import { type Progress, receive, Received } from './connection.ts';
import { type Deviation, type DeviationKind, type Report, reporter } from './deviation.ts';
import { A2AError, isA2AError, TaskNotCompletedError } from './error.ts';
import { httpJson } from './http-json.ts';
import { type SendInput, sendMessageRequest } from './input.ts';
import { jsonRpc } from './json-rpc.ts';
import { type CallOptions, type Operation, operation, perform, type Session } from './operation.ts';
import { readListTasksResponse, readSendMessageResponse, readTask } from './shape.ts';
import { phaseOf } from './phase.ts';
import { type Place, Places } from './places.ts';
import { A2AStream } from './stream.ts';
import { textOf } from './text.ts';

export interface ConnectOptions extends TransportOptions {
  /** Speak only this one, or the first of these that the agent offers. Default: both. */
  binding?: BindingName;
  /** The agent's card, when it is known: nothing is then fetched. */
  card?: AgentCard;
  signal?: AbortSignal;
  /** URIs of extensions to activate with every call (§4.6). */
  extensions?: readonly string[];
  /** Told once about each kind of thing that the agent does otherwise than the specification says. */
  onDeviation?: (deviation: Deviation) => void;
  /** Each of these is an error: `DeviationError`. Default: the client goes on. */
  strict?: boolean;
}

export interface MessageOptions extends CallOptions {
  /** What kinds of output are wanted, how much history, whether to wait (§3.2.2). */
  configuration?: SendMessageConfiguration;
  metadata?: Struct;
  /** A task that comes to rest in another state than TASK_STATE_COMPLETED is a `TaskNotCompletedError`; for a stream, in `final`. */
  expectCompleted?: boolean;
}

export interface SendOptions extends MessageOptions {
  /** Ask for the task again and again, until it has ended or waits for you, where the agent does not wait itself. */
  wait?: boolean;
}

export interface StreamOptions extends CallOptions {
  /** After a broken connection, subscribe again, at most `attempts` times in a row without a new event. Default: not at all. */
  resume?: { attempts: number };
}

export interface SubscribeOptions extends StreamOptions {
  /** Sent as `Last-Event-ID`. A server that knows it may begin with the event after it; `final` then lacks what came before. */
  lastEventId?: string;
}

/**
 * A client of one A2A 1.0 agent, over JSON-RPC or HTTP+JSON. Every method throws `A2AError` where the agent answers with an
 * error of the protocol, and one of `@agentproto/client/errors` for all else.
 */
export class A2AClient implements AsyncDisposable {
  readonly card: AgentCard;
  /** The one of the card's interfaces that is spoken. */
  readonly interface: AgentInterface & { protocolBinding: BindingName };
  readonly #session: Session;
  readonly #binding: Binding;
  readonly #closing: AbortController;
  readonly #places = new Places();

  private constructor(card: AgentCard, chosen: A2AClient['interface'], session: Session, closing: AbortController) {
    this.card = card;
    this.interface = chosen;
    this.#session = session;
    this.#closing = closing;
    this.#binding = chosen.protocolBinding === 'JSONRPC' ? jsonRpc(chosen.url) : httpJson(chosen.url);
  }

  /**
   * Reads the agent's card, below `url` or else at its origin (§8.2), and chooses the first interface that it speaks (§8.3.2).
   * `url` may also be the card's own.
   */
  static async connect(url: string | URL, options: ConnectOptions = {}): Promise<A2AClient> {
    const { binding, extensions = [], onDeviation, signal } = options;
    const given = String(url);
    const bindings = binding === undefined ? BINDINGS : BINDINGS.filter((name) => name === binding);
    if (bindings.length === 0)
      throw new InvalidInputError(`binding: expected ${BINDINGS.join(' or ')}, got ${binding}`);
    const closing = new AbortController();
    const tell = teller(onDeviation, options.strict);
    const transport = createTransport(options);
    const session: Session = { transport, extensions, tell, closed: closing.signal, binding: 0, bodyType: undefined };
    const fetchCard = (at: string) => perform(cardOperation(at, session, signal ? { signal } : {}), (card) => card);
    const found = options.card ? { card: options.card, url: cardUrls(given)[0]! } : await findCard(given, fetchCard);
    const chosen = chooseInterface(found, bindings, reporter(tell, 'card', 0));
    session.binding = chosen.protocolBinding === 'JSONRPC' ? 0 : 1;
    return new A2AClient(found.card, chosen, session, closing);
  }

  /**
   * Sends a message and waits for the answer: until the task has ended or waits for its caller, unless
   * `configuration.returnImmediately` (§3.1.1, §3.2.2). A task that has failed or was rejected is an answer too.
   */
  async send(input: SendInput, { wait, expectCompleted, ...options }: SendOptions = {}): Promise<SendMessageResponse> {
    const request = sendMessageRequest(input);
    const doing = this.#sending('SendMessage', request, options);
    const life = lifeOf(doing);
    try {
      const answer = await perform(doing, readSendMessageResponse, life.child());
      this.#places.compare(request.message, answer.task, doing.report);
      let { task } = answer;
      if (task && doing.blocking && phaseOf(task) === 'running') {
        doing.report(
          'not-waited',
          `expected the task to have ended or to wait for its caller, got ${task.status.state}`,
        );
      }
      for (let polls = 1; wait && task && phaseOf(task) === 'running'; polls++) {
        await life.sleep(backoffMs(polls, POLLING));
        task = await this.get(task.id, { ...options, signal: life.signal });
      }
      if (task) this.#places.keep(task);
      const result = task ? { task } : answer;
      if (expectCompleted) checkCompleted(result);
      return result;
    } catch (error) {
      // Whatever the end of the whole call broke, the end is the reason.
      life.throwIfEnded();
      throw error;
    } finally {
      life.close();
    }
  }

  /**
   * Sends a message and follows what happens (§3.1.2). Over an agent that does not stream, one event comes once the work is
   * done. Leaving the loop does not cancel the task; `cancel` does.
   */
  stream(input: SendInput, options: MessageOptions & StreamOptions = {}): A2AStream {
    const method = this.card.capabilities?.streaming ? 'SendStreamingMessage' : 'SendMessage';
    const request = sendMessageRequest(input);
    const doing = this.#sending(method, request, options);
    return this.#stream(doing, options, this.#places.of(request.message), options.expectCompleted);
  }

  /** The task as it is now (§3.1.3). */
  async get(id: string, options: CallOptions & { historyLength?: number } = {}): Promise<Task> {
    return perform(
      this.#operation('GetTask', { id: checked(id), historyLength: options.historyLength }, options),
      readTask,
    );
  }

  /** Asks the agent to stop; the task that comes back may be on its way to `TASK_STATE_CANCELED` only (§3.1.5). */
  async cancel(id: string, options: CallOptions & { metadata?: Struct } = {}): Promise<Task> {
    return perform(this.#operation('CancelTask', { id: checked(id), metadata: options.metadata }, options), readTask);
  }

  /** Follows a task that is not at its end; the task as it is now comes first (§3.1.6). */
  subscribe(id: string, options: SubscribeOptions = {}): A2AStream {
    if (!this.card.capabilities?.streaming) {
      throw new A2AError('UnsupportedOperation', 'SubscribeToTask: the card does not declare streaming', {});
    }
    const { lastEventId } = options;
    const headers = new Headers(options.headers);
    if (lastEventId !== undefined) headers.set('last-event-id', lastEventId);
    const doing = this.#operation('SubscribeToTask', { id: checked(id) }, { ...options, headers });
    // After an event id a server may leave out what came before: nothing is then to be said about the order.
    const report: Report = (kind, ...said) => ORDER.includes(kind) || doing.report(kind, ...said);
    return this.#stream(lastEventId === undefined ? doing : { ...doing, report }, options, { taskId: id });
  }

  /** One page of tasks (§3.1.4). */
  async list(params: Omit<ListTasksRequest, 'tenant'> = {}, options: CallOptions = {}): Promise<ListTasksResponse> {
    return perform(this.#operation('ListTasks', params, options), readListTasksResponse);
  }

  /** All tasks, page by page. */
  async *listAll(
    params: Omit<ListTasksRequest, 'tenant'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Task, void, undefined> {
    let { pageToken } = params;
    for (;;) {
      const page = await this.list({ ...params, ...(pageToken && { pageToken }) }, options);
      yield* page.tasks;
      if (!page.nextPageToken) return;
      if (page.nextPageToken === pageToken) {
        throw new MalformedResponseError('a new nextPageToken', 'ListTasks', pageToken);
      }
      pageToken = page.nextPageToken;
    }
  }

  /** Aborts all that is under way; the tasks themselves go on. */
  async close(): Promise<void> {
    this.#closing.abort(new AbortedError('the client was closed'));
    this.#session.transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sending(
    method: 'SendMessage' | 'SendStreamingMessage',
    request: SendMessageRequest,
    { configuration, metadata, ...options }: MessageOptions,
  ): Operation {
    const params = { ...request, ...(configuration && { configuration }), ...(metadata && { metadata }) };
    const blocking = method === 'SendMessage' && !params.configuration?.returnImmediately;
    return this.#operation(method, params, options, blocking);
  }

  #operation(name: ClientMethod, params: object, options: CallOptions, blocking = false): Operation {
    const { tenant, protocolBinding } = this.interface;
    // §8.3.2: the interface's tenant goes into every request, and nothing does where it has none.
    const calls = this.#binding(name, { ...(tenant && { tenant }), ...params });
    const streams = name === 'SendStreamingMessage' || name === 'SubscribeToTask';
    const accept = [streams && SSE_MEDIA_TYPE, protocolBinding === 'HTTP+JSON' && A2A_MEDIA_TYPE, JSON_MEDIA_TYPE]
      .filter(Boolean)
      .join(', ');
    const safe = name === 'GetTask' || name === 'ListTasks' || name === 'SubscribeToTask';
    return operation(this.#session, { name, calls, accept, safe, streams, blocking }, options);
  }

  #stream(doing: Operation, options: StreamOptions, goesOn: Place, expectCompleted = false): A2AStream {
    return new A2AStream({
      goesOn,
      check: (result) => expectCompleted && checkCompleted(result),
      onRest: (task) => this.#places.keep(task),
      report: doing.report,
      begin: () => lifeOf(doing),
      open: (life, progress) => receive(doing, life, progress),
      rejoin: (taskId, life, progress) => this.#rejoin(taskId, options, life, progress),
      resumeAttempts: options.resume?.attempts ?? 0,
      backoff: doing.retry || {},
    });
  }

  async *#rejoin(
    taskId: string,
    options: StreamOptions,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<Received, void, undefined> {
    try {
      yield* receive(this.#operation('SubscribeToTask', { id: taskId }, { ...options, retry: false }), life, progress);
    } catch (error) {
      // §3.1.6: what a server says of a task that has ended meanwhile.
      if (!isA2AError(error, 'UnsupportedOperation')) throw error;
      const received = new Received();
      received.add({ task: await this.get(taskId, { ...options, signal: life.signal }) });
      yield received;
    }
  }
}

/** The first polls come soon, for agents that only forgot to wait. */
const POLLING = { baseMs: 250, maxMs: 5_000 };

/** What cannot be said of a subscription that begins in the middle. */
const ORDER: readonly DeviationKind[] = ['first-event', 'append-without-artifact'];

function checkCompleted({ task }: SendMessageResponse): void {
  if (task && task.status.state !== 'TASK_STATE_COMPLETED') {
    throw new TaskNotCompletedError(task, task.status.message ? textOf(task.status.message) : '');
  }
}

function cardOperation(url: string, session: Session, options: CallOptions): Operation {
  const call: WireCall = { method: 'GET', url, mediaType: JSON_MEDIA_TYPE, result: (card) => card };
  const kind = { calls: [call], accept: JSON_MEDIA_TYPE, safe: true, streams: false, blocking: false };
  return operation(session, { name: 'card', ...kind }, options);
}

function checked(id: string): string {
  if (typeof id !== 'string' || id === '') throw new InvalidInputError('id: expected the id of a task');
  return id;
}
