import { setTimeout } from 'node:timers/promises';
import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange, Headers } from '@agentproto/recording';
import type { RequirementId } from '@agentproto/rules';
import type { JWK } from 'jose';
import type { DriverTools } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import { Blocked, Lost, NoAccess } from '../kit/stops.ts';
import { within } from '../kit/within.ts';
import type { LiveExchange, RequestSpec } from '../recorder/recorder.ts';
import { isLoopback, type Webhook, type WebhookCall } from '../recorder/webhook-receiver.ts';
import { isUnknownVerb, refusesA2aJson, type Binding, type CallOptions } from './binding.ts';
import { isEventStream } from './content-type.ts';
import type { AgentInterface } from './detect.ts';
import { refusesInput } from './refusal.ts';
import { Reply } from './reply.ts';
import { speaker } from './speaker.ts';
import { TaskStream } from './task-stream.ts';
import { INTERRUPTED, TERMINAL, type TaskView } from './view.ts';

export interface SendOptions extends CallOptions {
  taskId?: string;
  contextId?: string;
  messageId?: string;
  configuration?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  /** Further parts of the message. */
  parts?: unknown[];
}

/** What a message says: a stimulus, or just a text (a follow-up, for instance). */
export type Said = Stimulus | string;

const SCRIPT_MEDIA_TYPE = 'application/vnd.agentproto.script+json';

/** The agent under test, over one binding; every call is recorded. */
export class A2AAgent {
  readonly binding: Binding;
  /** Interfaces and card as the target published them. */
  readonly interfaces: readonly AgentInterface[];
  readonly card: Record<string, unknown>;
  readonly cardUrl: string;
  readonly #tools: DriverTools;
  /** Calls as somebody who may not be let in: that it is not is what is looked at. */
  readonly #isStranger: boolean;
  /** The longest silence that a script of ours asked for: no stream is given up for that. */
  #askedMs = 0;

  constructor(
    parts: { binding: Binding; interfaces: readonly AgentInterface[]; card: Record<string, unknown>; cardUrl: string },
    tools: DriverTools,
    isStranger = false,
  ) {
    this.#isStranger = isStranger;
    this.binding = parts.binding;
    this.interfaces = parts.interfaces;
    this.card = parts.card;
    this.cardUrl = parts.cardUrl;
    this.#tools = tools;
  }

  /** What it does can be compared with a script to the letter. */
  get runsScripts(): boolean {
    return this.#tools.profile.name === 'script';
  }

  get patienceMs(): number {
    return this.#tools.patienceMs;
  }

  /** The same agent over another binding or url. */
  via(binding: Binding): A2AAgent {
    const { interfaces, card, cardUrl } = this;
    return new A2AAgent({ binding, interfaces, card, cardUrl }, this.#tools, this.#isStranger);
  }

  /** The same agent over another interface of the card; undefined where it declares none of this binding. */
  over(name: Binding['name']): A2AAgent | undefined {
    const found = this.interfaces.find(({ protocolBinding }) => protocolBinding === name);
    return found && this.at(found);
  }

  /** The same agent at this interface of the card. */
  at(one: AgentInterface): A2AAgent {
    return this.via(speaker(one, this.card, this.#tools));
  }

  /** Public keys of the card's signatures that the user gave. */
  get cardKeys(): readonly JWK[] {
    return this.#tools.cardKeys ?? [];
  }

  /** Headers by which the run shows who it is; empty where it shows nothing. */
  get credentials(): Headers {
    return this.#tools.callers.own;
  }

  /** The same agent, asked by somebody who shows this, and nothing else. What the door says to it is an answer like any other. */
  as(headers: Headers): A2AAgent {
    const without = this.#tools.callers.own.map(([name]) => name);
    const recorder = this.#tools.recorder.derive({ headers, without });
    return new A2AAgent(this, { ...this.#tools, recorder }, true);
  }

  /** The same agent, asked by the second identity; inconclusive where that is let in nowhere. */
  async other(): Promise<A2AAgent> {
    const { other } = this.#tools.callers;
    if (!other) throw new Lost('there is no second identity');
    const agent = this.as(other.headers);
    const reply = await agent.get(this.fresh('no-such-task'));
    const { status } = reply.exchange.response ?? {};
    if (status === 401 || status === 403)
      throw new Lost(
        `the target does not let ${other.name} in (HTTP ${status}): --identity has to be a caller that it knows`,
      );
    return agent;
  }

  /** It runs on this machine. */
  get isLocal(): boolean {
    return isLoopback(new URL(this.cardUrl));
  }

  /** A webhook of the suite's. Only for plays that say that they need one (`hook`). */
  hook(answer?: Webhook['answer']): Promise<Webhook> {
    const { webhooks, recorder } = this.#tools;
    if (!webhooks) throw new Lost('there is no webhook receiver');
    return webhooks.open(recorder, answer);
  }

  /** There is a place where the target's webhook calls come to. */
  get hasHooks(): boolean {
    return this.#tools.webhooks !== undefined;
  }

  /** The first call of a webhook that is as wanted; undefined when it does not come within the suite's patience. */
  hears(hook: Webhook, wanted: (call: WebhookCall) => boolean = () => true): Promise<WebhookCall | undefined> {
    return this.#tools.patience.wait('a webhook call', 'webhook', (ms) => hook.next(wanted, ms));
  }

  /** The card names an interface of this protocol version, or is one of it. */
  offers(version: string): boolean {
    const { protocolVersion, supportedInterfaces } = this.card;
    const versions = [
      protocolVersion,
      ...(Array.isArray(supportedInterfaces) ? supportedInterfaces : []).map(
        (one: { protocolVersion?: unknown } | null) => one?.protocolVersion,
      ),
    ];
    return versions.some((one) => typeof one === 'string' && (one === version || one.startsWith(`${version}.`)));
  }

  /** An id that nobody used before. */
  fresh(prefix: string): string {
    return `${prefix}-${this.#tools.unique()}`;
  }

  /** A message's wire form, for calls that change it. */
  message(said: Said, options: SendOptions = {}): Record<string, unknown> {
    const { taskId, contextId, metadata, parts = [] } = options;
    const prompt =
      typeof said === 'string' ? ({ carrier: 'text', text: said } as const) : this.#tools.profile.prompt(said);
    if (typeof said !== 'string')
      for (const step of said.script.steps) if ('sleep' in step) this.#askedMs = Math.max(this.#askedMs, step.sleep);
    const own: unknown[] = [{ text: prompt.text }];
    if (prompt.carrier === 'script') own.push({ data: prompt.script, mediaType: SCRIPT_MEDIA_TYPE });
    return {
      messageId: options.messageId ?? this.fresh(prompt.carrier === 'prefix' ? prompt.prefix : 'message'),
      role: 'ROLE_USER',
      parts: [...own, ...parts],
      ...(taskId === undefined ? {} : { taskId }),
      ...(contextId === undefined ? {} : { contextId }),
      ...(metadata === undefined ? {} : { metadata }),
    };
  }

  /** SendMessage (3.1.1). */
  send(said: Said, options: SendOptions = {}): Promise<Reply> {
    return this.call('SendMessage', this.#sendParams(said, options), options);
  }

  /** SendStreamingMessage (3.1.2). Resolves once the answer's head is there. */
  stream(said: Said, options: SendOptions = {}): Promise<TaskStream> {
    return this.open('SendStreamingMessage', this.#sendParams(said, options), options);
  }

  /** GetTask (3.1.3). */
  get(id: string, params: { historyLength?: unknown } = {}, options: CallOptions = {}): Promise<Reply> {
    return this.call('GetTask', { id, ...params }, options);
  }

  /** CancelTask (3.1.5). With the id in the body as well where a target takes no empty one: a rule of its own. */
  async cancel(id: string, options: CallOptions = {}): Promise<Reply> {
    const reply = await this.call('CancelTask', { id }, options);
    if (this.binding.name !== 'HTTP+JSON' || options.body !== undefined || !refusesInput(reply)) return reply;
    const again = await this.call('CancelTask', { id }, { ...options, body: JSON.stringify({ id }) });
    if (refusesInput(again)) return reply;
    this.#tools.lenience.note('A2A10-REST-014', 'HTTP+JSON', 'takes no :cancel with the body {}', reply.place);
    return again;
  }

  /** SubscribeToTask (3.1.6). Over HTTP+JSON by POST, and by GET where POST is not known (the spec names both). */
  async subscribe(id: string, options: CallOptions = {}): Promise<TaskStream> {
    const stream = await this.open('SubscribeToTask', { id }, options);
    return !options.verb && isUnknownVerb(stream.exchange)
      ? this.open('SubscribeToTask', { id }, { ...options, verb: 'GET' })
      : stream;
  }

  /** Any operation with any params. */
  async call(method: MethodName, params: Record<string, unknown>, options?: CallOptions): Promise<Reply> {
    const { recorder, lenience } = this.#tools;
    const exchange = await this.#sent(method, params, options, (spec) => recorder.request(spec));
    checkReached(exchange);
    const reply = new Reply(exchange, this.binding, lenience);
    if (method !== 'SendMessage' || options?.hostile || this.#isStranger) return reply;
    if (reply.is('InternalError')) await this.#checkAgentWorks();
    if (reply.exchange.end?.kind === 'timeout' && !this.runsScripts && mayTakeLong(params))
      throw new Lost(
        `no answer in ${Math.round(reply.tookMs)} ms: an agent that takes longer needs a longer --timeout`,
      );
    return reply;
  }

  /** Opens a stream. What came instead of one has been read when this resolves. */
  async open(method: MethodName, params: Record<string, unknown>, options?: CallOptions): Promise<TaskStream> {
    const { recorder, lenience, patience } = this.#tools;
    const live = await this.#sent(method, params, options, async (spec) => {
      const one = await recorder.open(spec);
      if (!isEventStream(one.exchange)) await within(one.ended, patience.fullMs);
      return one;
    });
    checkReached(live.exchange);
    const stream = new TaskStream(live, this.binding, patience, lenience, () => this.#askedMs);
    if (method === 'SendStreamingMessage' && !options?.hostile && stream.refusal?.names.includes('InternalError'))
      await this.#checkAgentWorks();
    return stream;
  }

  /** Sends it, and once more as plain JSON where `application/a2a+json` alone is refused (11.1): from then on always so. */
  async #sent<Sent extends Exchange | LiveExchange>(
    method: MethodName,
    params: Record<string, unknown>,
    options: CallOptions = {},
    send: (spec: RequestSpec) => Promise<Sent>,
  ): Promise<Sent> {
    const exchangeOf = (sent: Sent): Exchange => ('exchange' in sent ? sent.exchange : sent);
    const once = async (given: CallOptions) => {
      const { patience } = this.#tools;
      const inactivityMs = patience.msFor(`an answer to ${method}`, this.binding.name);
      const sent = await send({ ...this.binding.request(method, params, given), limits: { inactivityMs } });
      this.#learnFrom(method, exchangeOf(sent), given);
      return sent;
    };
    const first = await once(options);
    if (names(options.headers, 'content-type') || !refusesA2aJson(exchangeOf(first))) return first;
    const second = await once({
      ...options,
      headers: [...(options.headers ?? []), ['Content-Type', JSON_MEDIA_TYPE]],
    });
    const { id, response } = exchangeOf(first);
    if (exchangeOf(second).response?.status === response?.status) return first;
    const what = `refuses ${A2A_MEDIA_TYPE} (HTTP ${response?.status}): ${JSON_MEDIA_TYPE} is sent instead`;
    this.#tools.lenience.note('A2A10-REST-003', this.binding.name, what, { exchange: id });
    return second;
  }

  /** How long it took, and whether it lets us in: the extended card alone may want more than the rest (13.3). */
  #learnFrom(method: MethodName, exchange: Exchange, { headers }: CallOptions): void {
    const { patience, lenience } = this.#tools;
    const { request, response, end } = exchange;
    const what = `an answer to ${method}`;
    if (response) patience.came(what, this.binding.name, response.atMs - request.atMs);
    else if (end?.kind === 'timeout') patience.inVain(what, this.binding.name, end.atMs - request.atMs);
    if ((response?.status !== 401 && response?.status !== 403) || names(headers, 'authorization')) return;
    if (this.#isStranger) return;
    throw method === 'GetExtendedAgentCard' ? new NoAccess(`${method} wants credentials`) : lenience.noAccess(exchange);
  }

  /** After an internal error: an agent that fails the plainest message too is broken, and nothing can be learned of its server. */
  async #checkAgentWorks(): Promise<void> {
    const plain = { message: this.message('Hello') };
    const reply = new Reply(
      await this.#tools.recorder.request(this.binding.request('SendMessage', plain)),
      this.binding,
    );
    if (reply.is('InternalError'))
      throw new Lost(`the agent answers every message with an internal error: ${String(reply.value.error?.message)}`);
  }

  /** A plain HTTP request outside the operations: the card, an unknown route. */
  async fetch(
    method: string,
    url: string,
    headers: Headers = [],
    options: { body?: string; hostile?: boolean; binding?: string } = {},
  ): Promise<Reply> {
    const exchange = await this.#tools.recorder.request({
      method,
      url,
      headers,
      binding: options.binding ?? this.binding.name,
      ...(options.body === undefined ? {} : { body: options.body }),
      ...(options.hostile ? { hostile: true } : {}),
    });
    return new Reply(exchange, this.binding);
  }

  /** How long the target takes over an answer that nobody has to work for, in milliseconds. */
  async lagMs(): Promise<number> {
    const { request, end } = (await this.get(this.fresh('no-such-task'))).exchange;
    return Math.ceil((end?.atMs ?? request.atMs) - request.atMs);
  }

  /** GetTask until the task is as wanted; undefined when it is not within the suite's patience. */
  poll(id: string, wanted: (task: TaskView) => boolean): Promise<TaskView | undefined> {
    return this.#tools.patience.wait('a state of a task', this.binding.name, async (ms) => {
      const until = performance.now() + ms;
      for (let waitMs = 10; performance.now() < until; waitMs = Math.min(waitMs * 2, 250)) {
        const task = (await this.get(id)).task();
        if (wanted(task)) return task;
        await setTimeout(waitMs);
      }
      return undefined;
    });
  }

  /** A task that is in this state, brought about by a blocking send; `inconclusive` when the agent does otherwise. */
  async taskIn(state: string, stimulus: Stimulus, reliesOn?: RequirementId): Promise<TaskView & { id: string }> {
    const sent = (await this.send(stimulus)).sentTask(reliesOn);
    // One that is answered before it has settled is red for that (SEND-007), and waited for here.
    const isSettled = ({ state: now }: TaskView) =>
      now === state || TERMINAL.has(now ?? '') || INTERRUPTED.has(now ?? '');
    const task = isSettled(sent) ? sent : await this.poll(sent.id, isSettled);
    if (task?.state !== state)
      throw new Lost(
        `the agent was asked for ${state} (${stimulus.word}) and its task is ${task?.state ?? 'at work still'}`,
      );
    return { ...task, id: sent.id };
  }

  #sendParams(said: Said, options: SendOptions): Record<string, unknown> {
    return {
      message: this.message(said, options),
      ...(options.configuration ? { configuration: options.configuration } : {}),
    };
  }
}

function names(headers: Headers = [], wanted: string): boolean {
  return headers.some(([name]) => name.toLowerCase() === wanted);
}

/** Where nobody listens, no rule but one is broken: the card names an address that is none, or the target has died. */
function checkReached({ id, end, request }: Exchange): void {
  if (end?.kind === 'unreachable')
    throw new Blocked('A2A10-CARD-004', `nothing listens at ${request.url}`, {
      place: { exchange: id },
      expected: 'a connection',
      actual: end.message,
    });
}

/** A message of its own that waits for the agent; how long that works is its own business. */
function mayTakeLong({ message, configuration }: Record<string, unknown>): boolean {
  return (
    isRecord(message) &&
    message.taskId === undefined &&
    !(isRecord(configuration) && configuration.returnImmediately === true)
  );
}
