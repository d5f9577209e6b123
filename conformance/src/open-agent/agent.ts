import { setTimeout } from 'node:timers/promises';
import type { Exchange, Frame, Headers } from '@agentproto/recording';
import type { Around, DriverTools } from '../kit/family.ts';
import { record, text, type Json } from '../kit/json.ts';
import { nextFrame } from '../kit/next-frame.ts';
import { offered } from '../kit/offered.ts';
import { Reply } from '../kit/reply.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import { Blocked, Lost } from '../kit/stops.ts';
import { within } from '../kit/within.ts';
import type { LiveExchange, Recorder, RequestSpec } from '../recorder/recorder.ts';
import type { Binding } from './binding.ts';
import { RUNS, type Contract } from './contract.ts';
import { askedIn, ownName } from './run-event.ts';
import { asApiKey, asBearer, isJwt, otherwise, secretIn } from './credentials.ts';
import type { DetectedOpenAgent } from './detect.ts';

/** Who asks: the caller of the run, the second identity, nobody, or whoever shows these headers. */
export type Asker = 'own' | 'other' | 'nobody' | Headers;

export interface CallOptions {
  as?: Asker;
  query?: Record<string, string | number | boolean>;
  /** A value is sent as JSON, a string and bytes as they are. */
  body?: unknown;
  /** The operation in the words of `methods.yaml`; without one, invariants take it for none of the protocol. */
  operation?: string;
  binding?: Binding;
  headers?: [name: string, value: string][];
  hostile?: boolean;
}

/** What is said to an agent: a stimulus, a text of the user, or messages as they are. */
export type Said = Stimulus | string | readonly Json[];

/** A server that has said its last word may take so long to close a stream; not owed. */
const CLOSE_MS = 250;

/** Made once a run, so that plays do not use up what a plan allows. */
const shared = new WeakMap<DetectedOpenAgent, Map<string, Promise<string>>>();

/** The server under test; every call is recorded. */
export class OpenAgent {
  readonly binding: Binding;
  readonly contract: Contract;
  readonly #found: DetectedOpenAgent;
  readonly #tools: DriverTools;

  constructor(binding: Binding, found: DetectedOpenAgent, contract: Contract, tools: DriverTools) {
    this.binding = binding;
    this.contract = contract;
    this.#found = found;
    this.#tools = tools;
  }

  over(binding: Binding): OpenAgent {
    return new OpenAgent(binding, this.#found, this.contract, this.#tools);
  }

  get isReadme(): boolean {
    return this.contract.isReadme;
  }

  /** What the paths of the document are appended to. */
  get base(): string {
    return this.#found.base;
  }

  get model(): string {
    return this.#found.model;
  }

  /** What it does can be compared with a script to the letter. */
  get runsScripts(): boolean {
    return this.#tools.profile.name === 'script';
  }

  get patienceMs(): number {
    return this.#tools.patienceMs;
  }

  /** Mailbox and the like, as the user brought them along. */
  get around(): Around {
    return this.#tools.around ?? {};
  }

  fresh(prefix: string): string {
    return `${prefix}-${this.#tools.unique()}`;
  }

  uuid(): string {
    return crypto.randomUUID();
  }

  /** The headers that show who asks. */
  credentials(as: Asker): Headers {
    if (as === 'nobody') return [];
    if (as !== 'own' && as !== 'other') return as;
    const { own, other } = this.#tools.callers;
    const headers = as === 'own' ? own : (other?.headers ?? []);
    return (this.#found.turned && otherwise(headers)) || headers;
  }

  /** The key or token itself, for a header of choice; undefined where the run has none. */
  secret(as: 'own' | 'other'): string | undefined {
    return secretIn(this.credentials(as));
  }

  /** An API key of the caller: the one that was given, or one that is made for it, where the answer to that shows it. */
  async key(): Promise<string | undefined> {
    const secret = this.secret('own');
    if (secret === undefined || !isJwt(secret)) return secret;
    const made = await this.call('POST', '/account/keys', {
      body: { name: this.fresh('key') },
      operation: 'createKey',
    });
    return text(made.json.api_key) ?? text(made.json.key) ?? text(made.json.secret);
  }

  /** Headers that show a key, in the way in which the target takes that of the run. */
  show(secret: string): Headers {
    const isBearer = this.credentials('own').some(([name]) => name.toLowerCase() === 'authorization');
    return isBearer ? asBearer(secret) : asApiKey(secret);
  }

  /** The text with which a stimulus reaches the agent. */
  words(said: Stimulus): string {
    const prompt = this.#tools.profile.prompt(said);
    return prompt.carrier === 'script' ? `@script ${JSON.stringify(prompt.script)}` : prompt.text;
  }

  messages(said: Said): readonly Json[] {
    const isMessages = (one: Said): one is readonly Json[] => Array.isArray(one);
    if (isMessages(said)) return said;
    return [{ role: 'user', content: typeof said === 'string' ? said : this.words(said) }];
  }

  /** Any operation; `path` is relative to the base. Who is let in nowhere stops the play. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const exchange = await this.#send(this.#spec(method, path, options), this.#recorder(options.as));
    const isOwn = (options.as ?? 'own') === 'own' && !options.hostile;
    if (isOwn && exchange.response?.status === 401) throw this.#tools.lenience.noAccess(exchange);
    return new Reply(exchange);
  }

  /** The same where it has to work: throws a stop where it does not, and where the target has no such thing. */
  async done(what: string, method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const reply = await offered(this, what, await this.call(method, path, options));
    if (reply.isOk) return reply;
    const { httpStatus, body, ended } = reply.value;
    const came = httpStatus === undefined ? ended : `HTTP ${httpStatus}: ${JSON.stringify(body ?? null).slice(0, 300)}`;
    throw new Lost(`${method} ${path} was to work, and got ${came}`);
  }

  /** An operation whose answer is a stream. */
  async stream(method: string, path: string, options: CallOptions = {}): Promise<LiveExchange> {
    const live = await this.#recorder(options.as).open(this.#spec(method, path, { binding: 'SSE', ...options }));
    const isOwn = (options.as ?? 'own') === 'own' && !options.hostile;
    if (isOwn && live.exchange.response?.status === 401) throw this.#tools.lenience.noAccess(live.exchange);
    return live;
  }

  /** Something beside the target's own paths, such as a mailbox: no credential goes there. */
  async beside(method: string, url: URL, body?: object): Promise<Exchange> {
    const headers: [string, string][] = [
      ['Accept', 'application/json'],
      ...(body ? ([['Content-Type', 'application/json']] as [string, string][]) : []),
    ];
    return this.#recorder('nobody').request({
      method,
      url: url.href,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  // Agents

  /** The body that creates an agent, in the contract's words; in 0.7 the client chooses the id (X07). */
  agentBody(fields: Json = {}): Json {
    const { instructions = 'You help.', ...rest } = fields;
    const own = this.isReadme ? { prompt: instructions } : { id: this.uuid(), instructions };
    return { name: this.fresh('agent'), model: this.model, ...own, ...rest };
  }

  createAgent(body: unknown, options: Omit<CallOptions, 'body'> = {}): Promise<Reply> {
    return this.call('POST', '/agents', { body, operation: 'createAgent', ...options });
  }

  /** An agent of its own, by its id; a stop where none can be made. */
  async makeAgent(fields: Json = {}, as: Asker = 'own'): Promise<string> {
    const body = this.agentBody(fields);
    let reply = await offered(this, 'agents', await this.createAgent(body, { as }));
    // That a server of the README's wants an id is a matter of its own (AGENT-002).
    if (this.isReadme && [400, 422].includes(reply.status))
      reply = await this.createAgent({ ...body, id: this.uuid() }, { as });
    const id = this.idIn(reply, 'agent');
    if (reply.isOk && id !== undefined) return id;
    if ([402, 403, 429].includes(reply.status))
      throw new Lost(`an agent was to be made, and the target allows no further one (HTTP ${reply.status})`);
    throw new Blocked('OAA-AGENT-001', `expected an agent with an id, got HTTP ${reply.status}`, {
      place: reply.place,
      expected: 'an agent with an id',
      actual: reply.value,
    });
  }

  /** An agent for whoever needs any: one for the whole run. */
  anyAgent(): Promise<string> {
    return this.#once('agent', () => this.makeAgent());
  }

  /** The id in an answer, under the contract's name or the other. */
  idIn({ json }: Reply, kind: 'agent' | 'team'): string | undefined {
    return text(json[this.contract.idOf[kind]]) ?? text(json.id) ?? text(json[`${kind}_id`]);
  }

  /** The body of a run: what is said, and where the client is (X06). */
  runBody(said: Said, fields: Json = {}): Json {
    const environment = this.isReadme ? {} : { environment: { working_directory: '/', platform: 'linux' } };
    return { ...environment, messages: this.messages(said), ...fields };
  }

  runPath(kind: 'agents' | 'teams', id: string): string {
    return `/${kind}/${encodeURIComponent(id)}/${this.contract.run}`;
  }

  /** A run in one piece. */
  run(kind: 'agents' | 'teams', id: string, said: Said, fields: Json = {}, options: CallOptions = {}): Promise<Reply> {
    const operation = RUNS[kind];
    return this.call('POST', this.runPath(kind, id), { body: this.runBody(said, fields), operation, ...options });
  }

  /** A run whose stream is left to the play. */
  openRun(
    kind: 'agents' | 'teams',
    id: string,
    said: Said,
    fields: Json = {},
    options: CallOptions = {},
  ): Promise<LiveExchange> {
    const operation = RUNS[kind];
    return this.stream('POST', this.runPath(kind, id), { body: this.runBody(said, fields), operation, ...options });
  }

  /** The frames of a stream, to its end. One that says its last word and stays open is cut soon after; that it did is in the recording. */
  async framesOf(live: LiveExchange): Promise<Frame[]> {
    const frames: Frame[] = [];
    let isOver = false;
    for (;;) {
      const silenceMs = isOver ? CLOSE_MS : undefined;
      const frame = await nextFrame(live, frames.length, this.#tools.patience, 'SSE', { silenceMs });
      if (!frame) break;
      frames.push(frame);
      const event = record(frame.json);
      // What ends the stream of a run that has halted is open.
      const name = event && (ownName(event) ?? frame.event);
      isOver ||=
        frame.data === '[DONE]' ||
        name === 'RunCompleted' ||
        (!!event && askedIn({ name, value: event }) !== undefined);
    }
    if (!live.exchange.end && isOver) await within(live.ended, CLOSE_MS);
    if (!live.exchange.end) await live.leave();
    return frames;
  }

  /** The next frame, as long as it makes sense to wait for it. */
  nextFrame(live: LiveExchange, index: number): Promise<Frame | undefined> {
    return nextFrame(live, index, this.#tools.patience, 'SSE');
  }

  pause(ms: number): Promise<void> {
    return setTimeout(ms);
  }

  #once(name: string, make: () => Promise<string>): Promise<string> {
    let own = shared.get(this.#found);
    if (!own) shared.set(this.#found, (own = new Map()));
    let made = own.get(name);
    if (!made) {
      own.set(name, (made = make()));
      // What could not be made may be tried again.
      made.catch(() => own.delete(name));
    }
    return made;
  }

  #recorder(as: Asker = 'own'): Recorder {
    const { recorder, callers } = this.#tools;
    const headers = this.credentials(as);
    if (headers === callers.own) return recorder;
    return recorder.derive({ headers, without: callers.own.map(([name]) => name) });
  }

  #spec(method: string, path: string, options: CallOptions): RequestSpec {
    const { query = {}, body, operation, headers = [], binding = 'HTTP', hostile } = options;
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
    const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return {
      method,
      url: `${this.base}${path}${search === '' ? '' : `?${search}`}`,
      headers: [
        ...(body === undefined ? [] : ([['Content-Type', 'application/json']] as [string, string][])),
        ...(headers.some(([name]) => name === 'Accept')
          ? []
          : ([['Accept', binding === 'SSE' ? 'text/event-stream' : 'application/json']] as [string, string][])),
        ...headers,
      ],
      ...(body === undefined ? {} : { body: sent }),
      binding,
      ...(operation === undefined ? {} : { operation }),
      ...(hostile ? { hostile: true } : {}),
    };
  }

  /** An answer in one piece, for as long as it makes sense to wait for one. */
  async #send(spec: RequestSpec, recorder: Recorder): Promise<Exchange> {
    const { patience } = this.#tools;
    const what = `an answer of ${spec.operation ?? `${spec.method} ${new URL(spec.url).pathname}`}`;
    const binding = spec.binding ?? 'HTTP';
    const exchange = await recorder.request({ ...spec, limits: { inactivityMs: patience.msFor(what, binding) } });
    const { request, response, end } = exchange;
    if (response) patience.came(what, binding, response.atMs - request.atMs);
    else if (end?.kind === 'timeout') patience.inVain(what, binding, end.atMs - request.atMs);
    return exchange;
  }
}
