import type { AgentCard, MethodName } from '@agentproto/protocol/a2a/1.0';
import { isAgentProtoError } from '../errors.ts';
import { headerRecord } from '../headers.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Candidate } from './card.ts';
import type { Progress } from './connection.ts';
import { following } from './following.ts';
import type { Received } from './received.ts';
import { reporter } from './deviation.ts';
import { dialectOf, type SpokenInterface } from './dialect.ts';
import type { Discovered } from './discovery.ts';
import { isA2AError } from './error.ts';
import type { Operation, Session } from './operation.ts';

/** The operation that is to be sent; `again`: as the interface that is now spoken has it. */
export type Making = (again: boolean) => Operation;

/** What every agent has: one that has no such method speaks something else. */
const CORE: readonly string[] = ['SendMessage', 'SendStreamingMessage', 'GetTask', 'CancelTask'] satisfies MethodName[];

/**
 * The interface that is spoken: the first of the card's, until it turns out that it is not there, or is not what the card says. The
 * next takes its place only before anything was answered; what was sent till then was refused.
 */
export class Line {
  readonly #card: AgentCard;
  readonly #candidates: readonly Candidate[];
  readonly #session: Session;
  #at = 0;
  /** Something was answered: from now on a failure is the agent's. */
  #settled = false;

  private constructor({ card, candidates }: Discovered, session: Session) {
    this.#card = card;
    this.#candidates = candidates;
    this.#session = session;
  }

  static async open(discovered: Discovered, session: Session): Promise<Line> {
    const line = new Line(discovered, session);
    await line.#take(0);
    return line;
  }

  /** With another card of the agent: what is spoken stays where that has it too, or has nothing that is spoken. */
  async with(discovered: Discovered): Promise<Line> {
    const { candidates } = discovered;
    const own = JSON.stringify(this.interface);
    const stays = candidates.length === 0 || candidates.some(({ spoken }) => JSON.stringify(spoken) === own);
    return stays ? this : Line.open(discovered, this.#session);
  }

  get interface(): SpokenInterface {
    return this.#candidates[this.#at]!.spoken;
  }

  /** Makes a call, over whichever interface is there. */
  async over<T>(name: MethodName, call: (again: boolean) => Promise<T>): Promise<T> {
    for (let again = false; ; again = true) {
      const at = this.#at;
      if (this.#isLast) return call(again);
      try {
        const result = await call(again);
        this.#settled = true;
        return result;
      } catch (error) {
        if (!(await this.#leads(at, error, name))) throw error;
      }
    }
  }

  /** The same for what is answered with a stream. */
  async receive(doing: Making, life: Lifetime, progress: Progress): Promise<AsyncIterable<Received>> {
    const { receive } = await life.race(following());
    return this.#isLast ? receive(doing(false), life, progress) : this.#receiveOver(receive, doing, life, progress);
  }

  async *#receiveOver(
    receive: Awaited<ReturnType<typeof following>>['receive'],
    doing: Making,
    life: Lifetime,
    progress: Progress,
  ): AsyncGenerator<Received, void> {
    for (let again = false; ; again = true) {
      const at = this.#at;
      const operation = doing(again);
      try {
        for await (const received of receive(operation, life, progress)) {
          this.#settled = true;
          yield received;
        }
        return;
      } catch (error) {
        if (progress.answered || !(await this.#leads(at, error, operation.name))) throw error;
      }
    }
  }

  /** Nothing can take its place. */
  get #isLast(): boolean {
    return this.#settled || this.#at === this.#candidates.length - 1;
  }

  /** Whether a call that was made at `at` and failed is to be made again, at another interface. */
  async #leads(at: number, error: unknown, name: string): Promise<boolean> {
    if (!isAbsent(error, name)) {
      this.#settled ||= isA2AError(error);
      return false;
    }
    // Another call was quicker.
    if (at !== this.#at) return at < this.#at;
    if (this.#isLast) return false;
    if (!this.#isGuess(at)) {
      const { message } = error as Error;
      reporter(this.#session.tell, name, this.#session.dialect!.rowOf)('interface-unavailable', message);
    }
    await this.#take(at + 1);
    return true;
  }

  /** A card did not say its version then, and could be of either. */
  #isGuess(at: number): boolean {
    const [one, other] = this.#candidates.slice(at).map(({ spoken }) => spoken);
    return one!.protocolVersion === '0.2' && other!.protocolVersion === '0.1' && one!.url === other!.url;
  }

  async #take(at: number): Promise<void> {
    const { spoken, deviations } = this.#candidates[at]!;
    const dialect = await dialectOf(spoken, this.#card);
    this.#at = at;
    this.#session.dialect = dialect;
    this.#session.headers = headerRecord(dialect.headers([...new Set(this.#session.extensions)]));
    this.#session.bodyType = undefined;
    const report = reporter(this.#session.tell, 'card', dialect.rowOf);
    for (const deviation of deviations) report(...deviation);
  }
}

/** Nobody listens there, there is no such route, or what answers has no such method or version. */
function isAbsent(error: unknown, name: string): boolean {
  if (isAgentProtoError(error, 'CONNECTION_FAILED')) return error.nothingSent;
  if (isA2AError(error, 'VersionNotSupported')) return true;
  if (!CORE.includes(name)) return false;
  if (isAgentProtoError(error, 'HTTP_STATUS')) return error.status === 404 || error.status === 405;
  return isA2AError(error, 'MethodNotFound');
}
