import { setTimeout } from 'node:timers/promises';
import { NDJSON_MEDIA_TYPE, PATHS } from '@agentproto/protocol/chat/docs';
import type { Exchange, Frame, Headers } from '@agentproto/recording';
import type { DriverTools } from '../kit/family.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import type { LiveExchange, RequestSpec } from '../recorder/recorder.ts';
import { nextFrame } from '../kit/next-frame.ts';
import { answerIn, answerOf, turnLength, type Answer } from './answer.ts';
import { Conversation } from './conversation.ts';
import type { Binding } from './binding.ts';
import type { SetUp } from './set-up.ts';
import { ChatSocket } from './socket.ts';

export interface AskOptions {
  /** Request fields beside `messages`. */
  fields?: Record<string, unknown>;
  /** Another path than the binding's own. */
  path?: string;
  hostile?: boolean;
  /** Nothing of a stream is read before this resolves. */
  readAfter?: Promise<unknown>;
}

/** The agent under test, over one path; every call is recorded. */
export class ChatAgent {
  readonly binding: Binding;
  readonly setUp: SetUp;
  /** Judged by what DCAF does, not by what its documents say. */
  readonly isDcaf: boolean;
  readonly #base: string;
  readonly #tools: DriverTools;

  constructor(
    binding: Binding,
    { base, setUp, isDcaf }: { base: string; setUp: SetUp; isDcaf: boolean },
    tools: DriverTools,
  ) {
    this.binding = binding;
    this.setUp = setUp;
    this.isDcaf = isDcaf;
    this.#base = base.replace(/\/$/, '');
    this.#tools = tools;
  }

  over(binding: Binding): ChatAgent {
    return new ChatAgent(binding, { base: this.#base, setUp: this.setUp, isDcaf: this.isDcaf }, this.#tools);
  }

  /** What it does can be compared with a script to the letter. */
  get runsScripts(): boolean {
    return this.#tools.profile.name === 'script';
  }

  get patienceMs(): number {
    return this.#tools.patienceMs;
  }

  fresh(prefix: string): string {
    return `${prefix}-${this.#tools.unique()}`;
  }

  begin(said: Stimulus): Conversation {
    return Conversation.begin(this.#tools.profile.prompt(said));
  }

  /** One turn, to its end. */
  async ask(said: Stimulus | Conversation, options: AskOptions = {}): Promise<Answer> {
    const conversation = said instanceof Conversation ? said : this.begin(said);
    const body = { ...options.fields, messages: conversation.messages };
    if (this.binding === 'HTTP') return answerOf(await this.#request(this.#post(body, options)));
    if (this.binding === 'NDJSON') return this.#drained(await this.open(conversation, options));
    const socket = await this.connect(options);
    try {
      return await socket.ask(conversation, options.fields);
    } finally {
      await socket.close();
    }
  }

  /** A stream that is left to the play: /api/chat-stream. */
  async open(said: Stimulus | Conversation, options: AskOptions = {}): Promise<LiveExchange> {
    const conversation = said instanceof Conversation ? said : this.begin(said);
    const live = await this.#tools.recorder.open(
      this.#post({ ...options.fields, messages: conversation.messages }, options),
    );
    this.#letIn(live.exchange);
    return live;
  }

  /** An answer in one piece, for as long as it makes sense to wait for one. */
  async #request(spec: RequestSpec): Promise<Exchange> {
    const { recorder, patience } = this.#tools;
    const what = `an answer of ${spec.operation}`;
    const inactivityMs = patience.msFor(what, this.binding);
    const exchange = await recorder.request({ ...spec, limits: { inactivityMs } });
    const { request, response, end } = exchange;
    if (response) patience.came(what, this.binding, response.atMs - request.atMs);
    else if (end?.kind === 'timeout') patience.inVain(what, this.binding, end.atMs - request.atMs);
    this.#letIn(exchange);
    return exchange;
  }

  #letIn(exchange: Exchange): void {
    const status = exchange.response?.status;
    if (status === 401 || status === 403) throw this.#tools.lenience.noAccess(exchange);
  }

  /** Any text as the body, or as the one frame of a socket. */
  async post(body: string): Promise<Answer> {
    if (this.binding === 'WebSocket') {
      const socket = await this.connect();
      socket.say(body);
      const answer = await socket.answer();
      await socket.close();
      return answer;
    }
    const exchange = await this.#request({
      ...this.#post({}, { hostile: true }),
      body,
      headers: [['Content-Type', 'application/json']],
    });
    return exchange.frames.length > 0 ? answerIn(exchange, exchange.frames) : answerOf(exchange);
  }

  async fetch(
    method: string,
    path: string,
    binding: string,
    /** Without the run's credentials. */
    { anonymous = false } = {},
  ): Promise<Answer> {
    const known = path === PATHS.health;
    const { recorder, callers } = this.#tools;
    const without = callers.own.map(([name]) => name);
    return answerOf(
      await (anonymous ? recorder.derive({ without }) : recorder).request({
        method,
        url: this.#base + path,
        binding,
        ...(known ? { operation: 'health' } : { hostile: true }),
      }),
    );
  }

  /** A socket for many turns: /api/chat-ws. */
  async connect({ hostile, pongs }: Pick<AskOptions, 'hostile'> & { pongs?: boolean } = {}): Promise<ChatSocket> {
    const url = `${this.#base.replace(/^http/, 'ws')}${PATHS.chatWs}`;
    const live = await this.#tools.recorder.socket({
      url,
      binding: 'WebSocket',
      operation: 'chat-ws',
      ...(hostile ? { hostile } : {}),
      ...(pongs === undefined ? {} : { pongs }),
    });
    this.#letIn(live.exchange);
    return new ChatSocket(live, this.#tools.patience);
  }

  /** A stream of server-sent events; left to the play. */
  async events(path: string, binding: string, headers: Headers = []): Promise<LiveExchange> {
    const accept: Headers = [['Accept', 'text/event-stream'], ...headers];
    return this.#tools.recorder.open({ method: 'GET', url: this.#base + path, headers: accept, binding });
  }

  /** The next event of such a stream, as long as it makes sense to wait for it. */
  nextEvent(live: LiveExchange, index: number, binding: string): Promise<Frame | undefined> {
    return nextFrame(live, index, this.#tools.patience, binding);
  }

  /** A JSON body to a path below the agent's, or to where the target itself has named. */
  async send(path: string, body: object, binding: string): Promise<Exchange> {
    const own = Object.values<string>(PATHS).includes(path.split('?', 1)[0]!);
    return this.#request({
      method: 'POST',
      url: own ? this.#base + path : new URL(path, `${this.#base}/`).href,
      headers: [['Content-Type', 'application/json']],
      body: JSON.stringify(body),
      binding,
      operation: path.split('?', 1)[0]!,
    });
  }

  async get(path: string, binding: string): Promise<Exchange> {
    return this.#request({ method: 'GET', url: this.#base + path, binding, operation: path });
  }

  async #drained(live: LiveExchange): Promise<Answer> {
    const frames: Frame[] = [];
    for (;;) {
      const frame = await nextFrame(live, frames.length, this.#tools.patience, this.binding);
      if (!frame) break;
      frames.push(frame);
    }
    // A stream that says its last word and stays open is cut here; that it did is in the recording.
    if (!live.exchange.end && turnLength(frames) > 0) await Promise.race([live.ended, setTimeout(0)]);
    if (!live.exchange.end) await live.leave();
    return answerIn(live.exchange, frames);
  }

  #post(body: object, { path, hostile, readAfter }: AskOptions): RequestSpec {
    const stream = this.binding === 'NDJSON' || path === PATHS.sendMessageStream;
    return {
      method: 'POST',
      url: this.#base + (path ?? (stream ? PATHS.chatStream : PATHS.chat)),
      headers: [
        ['Content-Type', 'application/json'],
        ['Accept', stream ? NDJSON_MEDIA_TYPE : 'application/json'],
      ],
      body: JSON.stringify(body),
      binding: path === undefined ? this.binding : 'legacy',
      operation: stream ? 'chat-stream' : 'chat',
      ...(hostile ? { hostile: true } : {}),
      ...(readAfter && { readAfter }),
    };
  }
}
