import { setTimeout } from 'node:timers/promises';
import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Headers } from '@agentproto/recording';
import type { RequirementId } from '@agentproto/rules';
import type { Script } from '@agentproto/script';
import { outcome, type Outcome } from '@agentproto/script/outcome';
import type { JWK } from 'jose';
import type { DriverTools } from '../kit/family.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import { Lost } from '../kit/stops.ts';
import { isLoopback, type Webhook, type WebhookCall } from '../recorder/webhook-receiver.ts';
import { beside, type Binding, type CallOptions } from './binding.ts';
import { Calls } from './calls.ts';
import type { AgentInterface, Era } from './eras/era.ts';
import { refusesInput } from './refusal.ts';
import { Reply } from './reply.ts';
import type { TaskStream } from './task-stream.ts';
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
const SCRIPT_METADATA_KEY = 'agentproto/script';

/** The agent under test, over one binding; every call is recorded. */
export class A2AAgent {
  readonly binding: Binding;
  /** Interfaces and card as the target published them. */
  readonly interfaces: readonly AgentInterface[];
  readonly card: Record<string, unknown>;
  readonly cardUrl: string;
  readonly era: Era;
  readonly #tools: DriverTools;
  readonly #calls: Calls;
  /** Calls as somebody who may not be let in: that it is not is what is looked at. */
  readonly #isStranger: boolean;
  /** The longest silence that a script of ours asked for: no stream is given up for that. */
  #askedMs = 0;

  constructor(
    parts: {
      era: Era;
      binding: Binding;
      interfaces: readonly AgentInterface[];
      card: Record<string, unknown>;
      cardUrl: string;
    },
    tools: DriverTools,
    isStranger = false,
  ) {
    this.#isStranger = isStranger;
    this.era = parts.era;
    this.binding = parts.binding;
    this.interfaces = parts.interfaces;
    this.card = parts.card;
    this.cardUrl = parts.cardUrl;
    this.#tools = tools;
    this.#calls = new Calls(this.binding, tools, {
      isStranger,
      hello: () => this.message('Hello'),
      owes: (method) => this.owedMethods.includes(method),
      askedMs: () => this.#askedMs,
    });
  }

  /** What it does can be compared with a script to the letter. */
  get runsScripts(): boolean {
    return this.#tools.profile.name === 'script';
  }

  /** What must be seen of a script, as far as the era can show it. */
  outcome(script: Script): Outcome {
    const whole = outcome(script);
    if (this.era.namesArtifacts) return whole;
    // Known by their places alone.
    return {
      ...whole,
      artifacts: whole.artifacts.map(({ id: _left, ...rest }) => rest as (typeof whole.artifacts)[0]),
    };
  }

  get patienceMs(): number {
    return this.#tools.patienceMs;
  }

  /** The same agent over another binding or url. */
  via(binding: Binding): A2AAgent {
    const { era, interfaces, card, cardUrl } = this;
    return new A2AAgent({ era, binding, interfaces, card, cardUrl }, this.#tools, this.#isStranger);
  }

  /** The same agent over another interface of the card; undefined where it declares none of this binding. */
  over(name: Binding['name']): A2AAgent | undefined {
    const found = this.interfaces.find(({ protocolBinding }) => protocolBinding === name);
    return found && this.at(found);
  }

  /** The same agent at this interface of the card. */
  at(one: AgentInterface): A2AAgent {
    return this.via(this.era.speak(one, this.card, this.#tools));
  }

  /** The same at this interface, by exchanges that count as nobody's. */
  beside(one: AgentInterface): A2AAgent {
    return this.via(beside(this.era.speak(one, this.card, this.#tools)));
  }

  /** Operations that have to be there: those of the binding, but for what only a capability brings, in an era that says so. */
  get owedMethods(): readonly MethodName[] {
    return this.era.owed(this.binding.methods, this.card);
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
    const script = prompt.carrier === 'script' ? prompt.script : undefined;
    if (script && this.era.scriptIn === 'part') own.push({ data: script, mediaType: SCRIPT_MEDIA_TYPE });
    const extra = script && this.era.scriptIn === 'metadata' ? { [SCRIPT_METADATA_KEY]: script } : undefined;
    return {
      messageId: options.messageId ?? this.fresh(prompt.carrier === 'prefix' ? prompt.prefix : 'message'),
      role: 'ROLE_USER',
      parts: [...own, ...parts],
      ...(taskId === undefined ? {} : { taskId }),
      ...(contextId === undefined ? {} : { contextId }),
      ...(metadata === undefined && !extra ? {} : { metadata: { ...metadata, ...extra } }),
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
    return !options.verb && this.binding.isUnknownVerb(stream.exchange)
      ? this.open('SubscribeToTask', { id }, { ...options, verb: 'GET' })
      : stream;
  }

  /** Any operation with any params. */
  call(method: MethodName, params: Record<string, unknown>, options?: CallOptions): Promise<Reply> {
    return this.#calls.call(method, params, options);
  }

  /** Opens a stream. What came instead of one has been read when this resolves. */
  open(method: MethodName, params: Record<string, unknown>, options?: CallOptions): Promise<TaskStream> {
    return this.#calls.open(method, params, options);
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
