import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange, Headers } from '@agentproto/recording';
import type { DriverTools } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import { Blocked, Lost, NoAccess } from '../kit/stops.ts';
import { within } from '../kit/within.ts';
import type { LiveExchange, RequestSpec } from '../recorder/recorder.ts';
import type { Binding, CallOptions } from './binding.ts';
import { isEventStream } from './content-type.ts';
import { Reply } from './reply.ts';
import { TaskStream } from './task-stream.ts';

/** Operations as they are called over one binding: what a run has learnt of its target is heeded, and what comes is learnt from. */
export class Calls {
  readonly #binding: Binding;
  readonly #tools: DriverTools;
  readonly #how: {
    /** Calls as somebody who may not be let in: that it is not is what is looked at. */
    isStranger: boolean;
    /** The plainest message. */
    hello: () => Record<string, unknown>;
    /** The target has to know this operation, whatever is asked by it. */
    owes: (method: MethodName) => boolean;
    /** The longest silence that a script of ours asked for, in milliseconds. */
    askedMs: () => number;
  };

  constructor(
    binding: Binding,
    tools: DriverTools,
    how: {
      isStranger: boolean;
      hello: () => Record<string, unknown>;
      owes: (method: MethodName) => boolean;
      askedMs: () => number;
    },
  ) {
    this.#binding = binding;
    this.#tools = tools;
    this.#how = how;
  }

  /** Any operation with any params. */
  async call(method: MethodName, params: Record<string, unknown>, options?: CallOptions): Promise<Reply> {
    const { recorder, lenience } = this.#tools;
    const exchange = await this.#sent(method, params, options, (spec) => recorder.request(spec));
    checkReached(exchange);
    const reply = new Reply(exchange, this.#binding, lenience, this.#isOwed(method, options));
    if (method !== 'SendMessage' || options?.hostile || this.#how.isStranger) return reply;
    if (reply.is('InternalError')) await this.#checkAgentWorks();
    if (reply.exchange.end?.kind === 'timeout' && !runsScripts(this.#tools) && mayTakeLong(params))
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
    const stream = new TaskStream(
      live,
      this.#binding,
      patience,
      lenience,
      this.#how.askedMs,
      this.#isOwed(method, options),
    );
    if (method === 'SendStreamingMessage' && !options?.hostile && stream.refusal?.names.includes('InternalError'))
      await this.#checkAgentWorks();
    return stream;
  }

  #isOwed(method: MethodName, options: CallOptions = {}): boolean {
    return !options.hostile && options.body === undefined && this.#how.owes(method);
  }

  /** Sends it, and once more in another way where the usual one is refused: from then on always so. */
  async #sent<Sent extends Exchange | LiveExchange>(
    method: MethodName,
    params: Record<string, unknown>,
    options: CallOptions = {},
    send: (spec: RequestSpec) => Promise<Sent>,
  ): Promise<Sent> {
    const exchangeOf = (sent: Sent): Exchange => ('exchange' in sent ? sent.exchange : sent);
    const once = async (given: CallOptions) => {
      const { patience } = this.#tools;
      if (isMessage(method)) await this.#checkAnswers();
      const inactivityMs = patience.msFor(`an answer to ${method}`, this.#binding.name);
      const sent = await send({ ...this.#binding.request(method, params, given), limits: { inactivityMs } });
      this.#learnFrom(method, exchangeOf(sent), given);
      if (isMessage(method) && !given.hostile) await this.#checkAnswers(exchangeOf(sent));
      return sent;
    };
    const first = await once(options);
    const { id, response } = exchangeOf(first);
    const other = this.#binding.otherwise?.(exchangeOf(first), options);
    if (!other) return first;
    const second = await once(other.options);
    const { status } = exchangeOf(second).response ?? {};
    if (status === response?.status || (other.mustBeTaken && !(status !== undefined && status < 400))) return first;
    this.#tools.lenience.note(other.row, this.#binding.name, other.what, { exchange: id });
    return second;
  }

  /** How long it took, and whether it lets us in: the extended card alone may want more than the rest (13.3). */
  #learnFrom(method: MethodName, exchange: Exchange, { headers }: CallOptions): void {
    const { patience, lenience } = this.#tools;
    const { request, response, end } = exchange;
    const what = `an answer to ${method}`;
    if (response) patience.came(what, this.#binding.name, response.atMs - request.atMs);
    else if (end?.kind === 'timeout') patience.inVain(what, this.#binding.name, end.atMs - request.atMs);
    if ((response?.status !== 401 && response?.status !== 403) || names(headers, 'authorization')) return;
    if (this.#how.isStranger) return;
    throw method === 'GetExtendedAgentCard' ? new NoAccess(`${method} wants credentials`) : lenience.noAccess(exchange);
  }

  /**
   * What hangs a server is one exchange, and all that follows cannot be judged: a play is lost where no message is answered any more.
   * `after`: an exchange that may have been waited for in vain; without one, it is about to be sent.
   */
  async #checkAnswers(after?: Exchange): Promise<void> {
    const { recorder, patience } = this.#tools;
    const { name } = this.#binding;
    const answers = async (inactivityMs: number) => {
      const plain = { message: this.#how.hello(), configuration: { returnImmediately: true } };
      const spec = { ...this.#binding.request('SendMessage', plain), limits: { inactivityMs } };
      return (await recorder.request(spec)).end?.kind !== 'timeout';
    };
    if (after?.response) return patience.answering.came(name);
    if (after && after.end?.kind !== 'timeout') return;
    const since = after
      ? await patience.answering.stuckAfter(after.id, name, () => answers(patience.fullMs))
      : await patience.answering.stuckSince(name, answers);
    if (since !== undefined)
      throw new Lost(
        `the server hangs: since exchange ${since} it answers no message any more, not even one that asks for no wait`,
      );
  }

  /** After an internal error: an agent that fails the plainest message too is broken, and nothing can be learned of its server. */
  async #checkAgentWorks(): Promise<void> {
    const plain = { message: this.#how.hello() };
    const reply = new Reply(
      await this.#tools.recorder.request(this.#binding.request('SendMessage', plain)),
      this.#binding,
    );
    if (reply.is('InternalError'))
      throw new Lost(`the agent answers every message with an internal error: ${String(reply.value.error?.message)}`);
  }
}

const isMessage = (method: MethodName) => method === 'SendMessage' || method === 'SendStreamingMessage';

const runsScripts = ({ profile }: DriverTools) => profile.name === 'script';

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
