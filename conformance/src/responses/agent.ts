import type { Exchange, Frame, Headers } from '@agentproto/recording';
import type { DriverTools } from '../kit/family.ts';
import { nextFrame } from '../kit/next-frame.ts';
import { Blocked, Lost, NotApplicable } from '../kit/stops.ts';
import { done } from '../kit/steps.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import { within } from '../kit/within.ts';
import type { LiveExchange, RequestSpec } from '../recorder/recorder.ts';
import { answerIn, answerOf, type Answer } from './answer.ts';
import type { DetectedResponses } from './detect.ts';
import type { Binding } from './binding.ts';
import { isMissingMember } from './invariants/shape.ts';
import { Reply } from '../kit/reply.ts';
import type { Revision } from './revision.ts';
import { ResponsesSocket } from './socket.ts';
import { isTerminal, record, text, type Json } from './view.ts';

/** What is said: a stimulus, a text of the user, or items as they are. */
export type Said = Stimulus | string | readonly Json[];

export interface CallOptions {
  query?: Record<string, string | number | boolean>;
  /** A value is sent as JSON, a string as it is. */
  body?: unknown;
  /** The operation in the spec's term; without one, invariants take it for none of the protocol. */
  operation?: string;
  binding?: string;
  headers?: [name: string, value: string][];
  hostile?: boolean;
}

/** How long a server may take to close a stream, once it has said its last word; not owed. */
const CLOSE_MS = 250;

/** The server under test, over one binding; every call is recorded. */
export class ResponsesAgent {
  readonly binding: Binding;
  readonly revision: Revision;
  readonly #found: DetectedResponses;
  readonly #tools: DriverTools;

  constructor(binding: Binding, found: DetectedResponses, revision: Revision, tools: DriverTools) {
    this.binding = binding;
    this.revision = revision;
    this.#found = found;
    this.#tools = tools;
  }

  over(binding: Binding): ResponsesAgent {
    return new ResponsesAgent(binding, this.#found, this.revision, this.#tools);
  }

  /** Where operations are. */
  get base(): string {
    return this.#found.base;
  }

  get model(): string {
    return this.#found.model;
  }

  get hasSocket(): boolean {
    return this.#found.bindings.includes('WebSocket');
  }

  /** What it does can be compared with a script to the letter. */
  get runsScripts(): boolean {
    return this.#tools.profile.name === 'script';
  }

  get patienceMs(): number {
    return this.#tools.patienceMs;
  }

  fresh(prefix: string): string {
    return `${prefix}_${this.#tools.unique().replaceAll('-', '')}`;
  }

  /** The text with which a stimulus reaches the agent. */
  words(said: Stimulus): string {
    const prompt = this.#tools.profile.prompt(said);
    return prompt.carrier === 'script' ? `@script ${JSON.stringify(prompt.script)}` : prompt.text;
  }

  /** A message of the user. */
  message(said: Stimulus | string): Json {
    return { type: 'message', role: 'user', content: typeof said === 'string' ? said : this.words(said) };
  }

  /** A request for a response; `fields` that are undefined are left out of it. */
  request(said: Said, fields: Json = {}): Json {
    const isItems = (one: Said): one is readonly Json[] => Array.isArray(one);
    return { model: this.#found.model, input: isItems(said) ? said : [this.message(said)], ...fields };
  }

  /** Asks for a response, to its end. */
  async ask(said: Said, fields: Json = {}, options: { hostile?: boolean } = {}): Promise<Answer> {
    const answer = await this.#ask(said, fields, options);
    if (answer.refused) this.#checkModel(answer.value.error);
    return answer;
  }

  async #ask(said: Said, fields: Json, options: { hostile?: boolean }): Promise<Answer> {
    if (this.binding === 'WebSocket') {
      const socket = await this.connect();
      try {
        return await socket.ask(this.request(said, fields));
      } finally {
        await socket.close();
      }
    }
    if (this.binding === 'SSE') return this.drain(await this.open(said, fields, options));
    return answerOf(await this.#send(this.#create(this.request(said, fields), 'HTTP', options)));
  }

  /** A model that nobody named may well be refused: then nothing can be told of the target. */
  #checkModel(error: unknown): void {
    const { model, isMadeUp } = this.#found;
    const words = isMadeUp ? JSON.stringify(error ?? null) : '';
    if (words.includes(model) || words.includes('model_not_found'))
      throw new Lost(`the target lists no model, and refuses "${model}": name one that it has with --model ID`);
  }

  /** The same where nothing speaks against it: throws a stop when it is refused all the same. */
  async turn(said: Said, fields: Json = {}): Promise<Answer> {
    return this.taken(await this.ask(said, fields));
  }

  /**
   * The same of an agent that is not asked to fail. A server that does (its model did not do as it must, a server of tools
   * is out of reach) has not said what it would have answered.
   */
  async answered(said: Said, fields: Json = {}): Promise<Answer> {
    const answer = await this.turn(said, fields);
    if (answer.value.ended !== 'failed') return answer;
    const why = JSON.stringify(answer.value.error ?? null).slice(0, 300);
    throw new Lost(`the request was to be answered, and the response failed: ${why}`);
  }

  /** Throws a stop for a refusal: of everything, of what this target does not offer, or of nobody knows what. */
  async taken(answer: Answer): Promise<Answer> {
    const { unread, place } = answer;
    if (unread && answer.value.ended === 'unreadable')
      throw new Blocked(unread.by, `expected ${unread.expected}`, {
        place,
        expected: unread.expected,
        actual: unread.actual,
      });
    if (!answer.refused) return answer;
    const minimal = answerOf(
      await this.#send(this.#create({ model: this.#found.model, input: this.words(done) }, 'HTTP')),
    );
    if (minimal.refused) this.#checkModel(minimal.value.error);
    const { httpStatus, error } = answer.value;
    const came = `HTTP ${httpStatus}${error === undefined ? '' : `: ${JSON.stringify(error).slice(0, 300)}`}`;
    if (minimal.refused)
      throw new Blocked(this.revision.minimal, `expected a response to a minimal request, got ${came}`, {
        place: minimal.place,
        expected: 'a response',
        actual: minimal.value,
      });
    if (httpStatus !== undefined && httpStatus >= 500 && httpStatus !== 501)
      throw new Lost(`the request was to be answered, and got ${came}`);
    throw new NotApplicable(`the target does not take this request (${came})`);
  }

  /** For a row about one member of a response that is not there: where it is owed, the schema's row says so, and once. */
  lacking({ response }: Answer, member: string): { blockedBy?: 'RESP-SCHEMA-001' } {
    if (member in response) return {};
    const faults = this.revision.violations('ResponseResource', response);
    return faults.some(isMissingMember) ? { blockedBy: 'RESP-SCHEMA-001' } : {};
  }

  /** For a row about calls, where the response says that there were no tools: who leaves them aside breaks the row of what is echoed, and once. */
  lackingTools({ response: { tools } }: Answer): { blockedBy?: 'RESP-SCHEMA-002' } {
    return Array.isArray(tools) && tools.length === 0 ? { blockedBy: 'RESP-SCHEMA-002' } : {};
  }

  /** A stream that is left to the play. */
  async open(said: Said, fields: Json = {}, options: { hostile?: boolean } = {}): Promise<LiveExchange> {
    const body = { ...this.request(said, fields), stream: true };
    const live = await this.#tools.recorder.open(this.#create(body, 'SSE', options));
    this.#letIn(live.exchange);
    return live;
  }

  /** What comes over a stream, to its end. */
  async drain(live: LiveExchange): Promise<Answer> {
    return answerIn(live.exchange, await this.framesOf(live));
  }

  /** The frames of a stream. One that says its last word and stays open is cut soon after; that it did is in the recording. */
  async framesOf(live: LiveExchange): Promise<Frame[]> {
    const frames: Frame[] = [];
    let isOver = false;
    for (;;) {
      const silenceMs = isOver ? CLOSE_MS : undefined;
      const frame = await nextFrame(live, frames.length, this.#tools.patience, 'SSE', { silenceMs });
      if (!frame) break;
      frames.push(frame);
      isOver ||= frame.data === '[DONE]' || isTerminal(text(record(frame.json)?.type));
    }
    if (!live.exchange.end && isOver) await within(live.ended, CLOSE_MS);
    if (!live.exchange.end) await live.leave();
    return frames;
  }

  /** A socket for many turns. */
  async connect(): Promise<ResponsesSocket> {
    const url = `${this.base.replace(/^http/, 'ws')}/responses`;
    const live = await this.#tools.recorder.socket({ url, binding: 'WebSocket', operation: 'connectResponses' });
    this.#letIn(live.exchange);
    return new ResponsesSocket(live, this.#tools.patience);
  }

  /** Any other operation; `path` is relative to the base. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const reply = new Reply(await this.#send(this.#spec(method, path, options)));
    if (reply.isRefusal && options.operation === 'createResponse' && !options.hostile) this.#checkModel(reply.json);
    return reply;
  }

  /** Any other operation whose answer is a stream. */
  async stream(method: string, path: string, options: CallOptions = {}): Promise<LiveExchange> {
    const live = await this.#tools.recorder.open(this.#spec(method, path, { binding: 'SSE', ...options }));
    this.#letIn(live.exchange);
    return live;
  }

  /** What shows who asks; empty where nobody is to be shown. */
  get credentials(): Headers {
    return this.#tools.callers.own;
  }

  /** As `call`, by somebody who shows this and nothing else. What the door says is an answer like any other. */
  async knock(method: string, path: string, headers: Headers): Promise<Reply> {
    const without = this.credentials.map(([name]) => name);
    const recorder = this.#tools.recorder.derive({ headers, without });
    return new Reply(await recorder.request(this.#spec(method, path, { hostile: true })));
  }

  #spec(
    method: string,
    path: string,
    { query = {}, body, operation, headers = [], binding = 'HTTP', hostile }: CallOptions,
  ): RequestSpec {
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
    return {
      method,
      url: `${this.base}${path}${search === '' ? '' : `?${search}`}`,
      headers: [
        ...(body === undefined ? [] : ([['Content-Type', 'application/json']] as [string, string][])),
        ['Accept', binding === 'SSE' ? 'text/event-stream' : 'application/json'],
        ...headers,
      ],
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      binding,
      ...(operation === undefined ? {} : { operation }),
      ...(hostile ? { hostile: true } : {}),
    };
  }

  #create(body: Json, binding: 'HTTP' | 'SSE', { hostile }: { hostile?: boolean } = {}): RequestSpec {
    return this.#spec('POST', '/responses', {
      body,
      binding,
      operation: 'createResponse',
      ...(hostile ? { hostile } : {}),
    });
  }

  /** An answer in one piece, for as long as it makes sense to wait for one. */
  async #send(spec: RequestSpec): Promise<Exchange> {
    const { recorder, patience } = this.#tools;
    const what = `an answer of ${spec.operation ?? `${spec.method} ${new URL(spec.url).pathname}`}`;
    const binding = spec.binding ?? 'HTTP';
    const exchange = await recorder.request({ ...spec, limits: { inactivityMs: patience.msFor(what, binding) } });
    const { request, response, end } = exchange;
    if (response) patience.came(what, binding, response.atMs - request.atMs);
    else if (end?.kind === 'timeout') patience.inVain(what, binding, end.atMs - request.atMs);
    this.#letIn(exchange);
    return exchange;
  }

  #letIn(exchange: Exchange): void {
    const status = exchange.response?.status;
    if (status === 401 || status === 403) throw this.#tools.lenience.noAccess(exchange);
  }
}
