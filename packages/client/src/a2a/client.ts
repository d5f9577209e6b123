/// <reference lib="esnext.disposable" preserve="true" />
import {
  type AgentCard,
  type ListTaskPushNotificationConfigsResponse,
  type ListTasksRequest,
  type ListTasksResponse,
  type MethodName,
  type SendMessageRequest,
  type SendMessageResponse,
  SSE_MEDIA_TYPE,
  type Struct,
  type Task,
  type TaskPushNotificationConfig,
} from '@agentproto/protocol/a2a/1.0';
import { lifeOf } from '../call.ts';
import { teller } from '../deviations.ts';
import { AbortedError, InvalidInputError } from '../errors.ts';
import { Lifetime } from '../lifetime.ts';
import { keepResponse, responseOf } from '../response-info.ts';
import { createTransport } from '../transport.ts';
import { checkCapability } from './capability.ts';
import type { Progress } from './connection.ts';
import type { DeviationKind, Report } from './deviation.ts';
import type { SpokenInterface } from './dialect.ts';
import { candidatesOf, type FoundCard, wantedOf } from './card.ts';
import { changedCard, discover, type Discovered } from './discovery.ts';
import { TaskNotCompletedError } from './error.ts';
import type { Follower } from './follower.ts';
import { following } from './following.ts';
import { type SendInput, sendMessageRequest } from './input.ts';
import { Line, type Making } from './line.ts';
import { type CallOptions, type Operation, operation, perform, performed, type Session } from './operation.ts';
import type { ConnectOptions, MessageOptions, SendOptions, StreamOptions, SubscribeOptions } from './options.ts';
import { pages } from './pages.ts';
import { phaseOf } from './phase.ts';
import { type Place, Places } from './places.ts';
import {
  readCard,
  readListTasksResponse,
  readPushConfig,
  readPushConfigs,
  readSendMessageResponse,
  readTask,
} from './shape.ts';
import { A2AStream } from './stream.ts';
import type { StreamSource } from './reading.ts';
import { textOf } from './text.ts';

/**
 * A client of one A2A agent: of 1.0 over JSON-RPC or HTTP+JSON, and of 0.3, which it is spoken to in the terms of 1.0. Every method
 * throws `A2AError` where the agent answers with an error of the protocol, and one of `@agentproto/client/errors` for all else.
 */
export class A2AClient implements AsyncDisposable {
  #card: AgentCard;
  /** The public one, and where it was. */
  #found: FoundCard;
  #line: Line;
  readonly #session: Session;
  readonly #places = new Places();
  /** Made when something is followed. */
  #follower: Follower | undefined;
  readonly #options: ConnectOptions;

  private constructor(found: Discovered, line: Line, session: Session, options: ConnectOptions) {
    this.#card = found.card;
    this.#found = found;
    this.#options = options;
    this.#line = line;
    this.#session = session;
  }

  /**
   * As it was found, or given, in the members of 1.0; `rawOf` has one of an earlier revision as it came. Once `extendedCard` was
   * called, the extended one (§3.1.11).
   */
  get card(): AgentCard {
    return this.#card;
  }

  /** The one of the card's interfaces that is spoken. Another takes its place where it does not answer, before anything has. */
  get interface(): SpokenInterface {
    return this.#line.interface;
  }

  /**
   * Reads the agent's card, below `url` or else at its origin (§8.2), and chooses the first interface that it speaks (§8.3.2).
   * `url` may also be the card's own.
   */
  static async connect(url: string | URL, options: ConnectOptions = {}): Promise<A2AClient> {
    const { extensions = [], onDeviation } = options;
    const tell = teller(onDeviation, options.strict);
    const transport = createTransport(options);
    const own = { dialect: undefined, headers: {}, bodyType: undefined };
    const session: Session = { transport, extensions, tell, closed: new Lifetime(), ...own };
    const discovered = await discover(String(url), options, session);
    return new A2AClient(discovered, await Line.open(discovered, session), session, options);
  }

  /**
   * Sends a message and waits for the answer: until the task has ended or waits for its caller, unless
   * `configuration.returnImmediately` (§3.1.1, §3.2.2). A task that has failed or was rejected is an answer too.
   */
  async send(input: SendInput, { wait, expectCompleted, ...options }: SendOptions = {}): Promise<SendMessageResponse> {
    const request = sendMessageRequest(input);
    let doing = this.#sending('SendMessage', request, options);
    const life = lifeOf(doing);
    try {
      const answer = await this.#line.over('SendMessage', (again) => {
        if (again) doing = this.#sending('SendMessage', request, options);
        return perform(doing, readSendMessageResponse, life);
      });
      this.#places.compare(request.message, answer.task, doing.report);
      let result = answer;
      const { task } = answer;
      if (task && phaseOf(task) === 'running') {
        if (doing.blocking)
          doing.report(
            'not-waited',
            `expected the task to have ended or to wait for its caller, got ${task.status.state}`,
          );
        if (wait ?? (doing.blocking && !this.#session.dialect!.waits)) {
          for await (const look of (await this.#following(life)).looks(task.id, task, options, life)) {
            result = { task: look.task };
            keepResponse(result, responseOf(look.task)!);
          }
        }
      }
      if (result.task) this.#places.keep(result.task);
      if (expectCompleted) checkCompleted(result);
      return result;
    } catch (error) {
      // Whatever the end of the whole call broke, the end is the reason.
      life.throwIfAborted();
      throw error;
    } finally {
      life.close();
    }
  }

  /**
   * Sends a message and follows what happens (§3.1.2). An agent that does not stream is sent a message, and looked at again and
   * again for as long as the task goes on: for news before its end, with `configuration.returnImmediately`. Leaving the loop does
   * not cancel the task; `cancel` does.
   */
  stream(input: SendInput, options: MessageOptions & StreamOptions = {}): A2AStream {
    const streams = this.#streams;
    const request = sendMessageRequest(input);
    const make = () => this.#sending(streams ? 'SendStreamingMessage' : 'SendMessage', request, options);
    const doing = make();
    const making: Making = (again) => (again ? make() : doing);
    const open = async (life: Lifetime, progress: Progress) =>
      streams
        ? this.#line.receive(making, life, progress)
        : (await this.#following(life)).receiveAndPoll(making, options, life, progress);
    return this.#stream(doing, open, options, this.#places.of(request.message), options.expectCompleted);
  }

  /** The task as it is now (§3.1.3). */
  async get(id: string, options: CallOptions & { historyLength?: number } = {}): Promise<Task> {
    return this.#perform('GetTask', { id: checked(id), historyLength: options.historyLength }, options, readTask);
  }

  /** Asks the agent to stop; the task that comes back may be on its way to `TASK_STATE_CANCELED` only (§3.1.5). */
  async cancel(id: string, options: CallOptions & { metadata?: Struct } = {}): Promise<Task> {
    return this.#perform('CancelTask', { id: checked(id), metadata: options.metadata }, options, readTask);
  }

  /**
   * Follows a task that is not at its end; the task as it is now comes first (§3.1.6). Where the agent does not stream, the
   * task is looked at again and again.
   */
  subscribe(id: string, options: SubscribeOptions = {}): A2AStream {
    const { lastEventId } = options;
    const headers = new Headers(options.headers);
    if (lastEventId !== undefined) headers.set('last-event-id', lastEventId);
    const make = () => this.#operation('SubscribeToTask', { id: checked(id) }, { ...options, headers });
    const doing = make();
    const making: Making = (again) => (again ? make() : doing);
    // After an event id a server may leave out what came before: nothing is then to be said about the order.
    const report: Report = (kind, ...said) => ORDER.includes(kind) || doing.report(kind, ...said);
    const open = async (life: Lifetime, progress: Progress) => {
      if (lastEventId !== undefined && this.#streams) return this.#line.receive(making, life, progress);
      const follower = await this.#following(life);
      return this.#streams
        ? follower.subscribe(making, id, options, life, progress)
        : follower.poll(id, undefined, options, life, progress);
    };
    return this.#stream(lastEventId === undefined ? doing : { ...doing, report }, open, options, { taskId: id });
  }

  /** One page of tasks (§3.1.4). */
  async list(params: Omit<ListTasksRequest, 'tenant'> = {}, options: CallOptions = {}): Promise<ListTasksResponse> {
    return this.#perform('ListTasks', params, options, readListTasksResponse);
  }

  /** All tasks, page by page. */
  async *listAll(
    params: Omit<ListTasksRequest, 'tenant'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Task, void, undefined> {
    const page = (from: { pageToken?: string }) => this.list({ ...params, ...from }, options);
    for await (const { tasks } of pages('ListTasks', params, page)) yield* tasks;
  }

  /**
   * Has the agent call a webhook with what happens in a task from now on (§3.1.7, §4.3). A configuration of the same `id` is
   * replaced; without one the agent gives it one. Throws `PushNotificationNotSupported`, with `cardMember`, where the card does not
   * declare it. To give a webhook with a message: `configuration.taskPushNotificationConfig`.
   */
  async createPushConfig(
    taskId: string,
    config: Omit<TaskPushNotificationConfig, 'taskId' | 'tenant'>,
    options: CallOptions = {},
  ): Promise<TaskPushNotificationConfig> {
    const params = { ...config, taskId: checked(taskId) };
    // With an id it is the same thing twice.
    return this.#perform('CreateTaskPushNotificationConfig', params, options, readPushConfig, Boolean(config.id));
  }

  /** One webhook of a task (§3.1.8); `TaskNotFound` where there is none of this id. */
  async getPushConfig(taskId: string, id: string, options: CallOptions = {}): Promise<TaskPushNotificationConfig> {
    return this.#perform('GetTaskPushNotificationConfig', whichConfig(taskId, id), options, readPushConfig);
  }

  /** One page of a task's webhooks (§3.1.9). */
  async listPushConfigs(
    taskId: string,
    params: { pageSize?: number; pageToken?: string } = {},
    options: CallOptions = {},
  ): Promise<Required<ListTaskPushNotificationConfigsResponse>> {
    const which = { ...params, taskId: checked(taskId) };
    return this.#perform('ListTaskPushNotificationConfigs', which, options, readPushConfigs);
  }

  /** All webhooks of a task, page by page. */
  async *listAllPushConfigs(
    taskId: string,
    params: { pageSize?: number; pageToken?: string } = {},
    options: CallOptions = {},
  ): AsyncGenerator<TaskPushNotificationConfig, void, undefined> {
    const page = (from: { pageToken?: string }) => this.listPushConfigs(taskId, { ...params, ...from }, options);
    for await (const { configs } of pages('ListTaskPushNotificationConfigs', params, page)) yield* configs;
  }

  /** Nothing more is sent to this webhook (§3.1.10). One that is not there is deleted as well. */
  async deletePushConfig(taskId: string, id: string, options: CallOptions = {}): Promise<void> {
    await this.#perform('DeleteTaskPushNotificationConfig', whichConfig(taskId, id), options, () => {});
  }

  /**
   * The card that is only for callers who show who they are (§3.1.11), which is `card` from then on. Throws
   * `UnsupportedOperation`, with `cardMember`, where the card does not declare one. The interface that is spoken stays if it has that, too.
   */
  async extendedCard(options: CallOptions = {}): Promise<AgentCard> {
    return this.#use(await this.#perform('GetExtendedAgentCard', {}, options, readCard));
  }

  /**
   * Asks for the public card again, in a way that costs little where it is still the same (§8.6.2): `card` then stays, also an extended
   * one. One that has changed is `card` from then on. Throws `InvalidInputError` where `connect` was given the card.
   */
  async refreshCard(options: CallOptions = {}): Promise<AgentCard> {
    const changed = await changedCard(this.#found.card, options, this.#session);
    if (!changed) return this.#card;
    await this.#use(changed);
    this.#found = { ...this.#found, card: changed };
    return changed;
  }

  async #use(card: AgentCard): Promise<AgentCard> {
    await this.#options.verifyCard?.(card);
    const found = { card, url: this.#found.url };
    const { binding, version } = this.#options;
    this.#line = await this.#line.with({ ...found, candidates: candidatesOf(found, wantedOf(binding, version), 0) });
    return (this.#card = card);
  }

  /** Aborts all that is under way; the tasks themselves go on. */
  async close(): Promise<void> {
    this.#session.closed.end(new AbortedError('the client was closed'));
    this.#session.transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #streams(): boolean {
    return this.#card.capabilities?.streaming === true;
  }

  #perform<T>(
    name: MethodName,
    params: object,
    options: CallOptions,
    read: (result: unknown, where: string, report: Report) => T,
    safe?: boolean,
  ): Promise<T> {
    if (name.includes('PushNotification')) checkCapability(this.#card, 'pushNotifications', name);
    if (name === 'GetExtendedAgentCard') checkCapability(this.#card, 'extendedAgentCard', name);
    return this.#line.over(name, () => performed(this.#operation(name, params, options, false, safe), read));
  }

  #sending(
    method: 'SendMessage' | 'SendStreamingMessage',
    request: SendMessageRequest,
    { configuration, metadata, ...options }: MessageOptions,
  ): Operation {
    const params = { ...request, ...(configuration && { configuration }), ...(metadata && { metadata }) };
    if (params.configuration?.taskPushNotificationConfig) checkCapability(this.#card, 'pushNotifications', method);
    const blocking = method === 'SendMessage' && !params.configuration?.returnImmediately;
    return this.#operation(method, params, options, blocking);
  }

  #operation(
    name: MethodName,
    params: object,
    options: CallOptions,
    blocking = false,
    /** Repeating it changes nothing (§3.3.1). */
    safe = /^(Get|List|Subscribe|Delete)/.test(name),
  ): Operation {
    const { tenant } = this.interface;
    const { binding, mediaTypes } = this.#session.dialect!;
    // §8.3.2: the interface's tenant goes into every request, and nothing does where it has none.
    const calls = binding(name, { ...(tenant && { tenant }), ...params });
    const streams = name === 'SendStreamingMessage' || name === 'SubscribeToTask';
    const whole = mediaTypes.join(', ');
    const accept = streams ? `${SSE_MEDIA_TYPE}, ${whole}` : whole;
    return operation(this.#session, { name, calls, accept, safe, streams, blocking }, options);
  }

  #stream(
    doing: Operation,
    open: StreamSource['open'],
    options: StreamOptions,
    goesOn: Place,
    expectCompleted = false,
  ): A2AStream {
    const source: StreamSource = {
      goesOn,
      answers: doing.name !== 'SubscribeToTask',
      check: (result) => expectCompleted && checkCompleted(result),
      onRest: (task) => this.#places.keep(task),
      report: doing.report,
      open,
      rejoin: async (taskId, life, progress) => (await this.#following(life)).rejoin(taskId, options, life, progress),
      resumeAttempts: options.resume?.attempts ?? 0,
      backoff: doing.retry || {},
    };
    return new A2AStream(
      () => lifeOf(doing),
      async (life, owner) => new (await following()).A2AReading(source, life, owner),
    );
  }

  async #following(life: Lifetime): Promise<Follower> {
    const { Follower } = await life.race(following());
    return (this.#follower ??= new Follower(
      {
        receive: (doing, own, progress) => this.#line.receive(doing, own, progress),
        get: (id, options) => this.get(id, options),
        operation: (name, params, options) => this.#operation(name, params, options),
        dialect: () => this.#session.dialect!,
      },
      this.#options.polling,
    ));
  }
}

/** What cannot be said of a subscription that begins in the middle. */
const ORDER: readonly DeviationKind[] = ['first-event', 'append-without-artifact'];

function checkCompleted({ task }: SendMessageResponse): void {
  if (task && task.status.state !== 'TASK_STATE_COMPLETED') {
    throw new TaskNotCompletedError(task, task.status.message ? textOf(task.status.message) : '');
  }
}

function checked(id: string, of = 'a task'): string {
  if (typeof id !== 'string' || id === '') throw new InvalidInputError(`id: expected the id of ${of}`);
  return id;
}

function whichConfig(taskId: string, id: string): { taskId: string; id: string } {
  return { taskId: checked(taskId), id: checked(id, 'a push notification configuration') };
}
