import type { RequirementId } from '@agentproto/rules';
import type { Exchange } from '@agentproto/recording';
import { Blocked, NotApplicable } from '../kit/stops.ts';
import { type Place, type Subject, type Unread } from '../kit/subject.ts';
import type { Binding } from './binding.ts';
import type { ErrorView } from './error-view.ts';
import { isRecord } from '../kit/json.ts';
import { sameJson } from '../kit/match.ts';
import type { Lenience } from '../kit/lenience.ts';
import { olderIn } from './older-shape.ts';
import { isOfThisVersion } from './sent.ts';
import { unknownMethod } from './unread.ts';
import { messageView, taskView, type MessageView, type TaskView } from './view.ts';

/** What checks see of an answer: a status, and a result or an error, or why there is neither. */
export interface ReplyView {
  httpStatus: number | undefined;
  result?: unknown;
  error?: ErrorView;
  /** There is neither result nor error: how the exchange ended. */
  unanswered?: string;
}

/** Why there is no task to look at; a message is as good an answer (3.1.1, 3.1.2). */
export const ANSWERS_WITH_MESSAGES = 'the agent answers with a message, as 3.1.1 lets it: there is no task';

/** The answer to a unary call. */
export class Reply implements Subject {
  readonly exchange: Exchange;
  readonly value: ReplyView;
  readonly #binding: Binding;
  readonly #lenience: Lenience | undefined;
  readonly #isOwed: boolean;

  /** `isOwed`: the target has to know the operation, and it was asked for as it should be. */
  constructor(exchange: Exchange, binding: Binding, lenience?: Lenience, isOwed = false) {
    this.exchange = exchange;
    this.#isOwed = isOwed;
    this.#binding = binding;
    this.#lenience = lenience;
    const { result, error } = binding.read(exchange);
    this.value = {
      httpStatus: exchange.response?.status,
      ...(result === undefined ? {} : { result }),
      ...(error ? { error } : {}),
      ...(result === undefined && !error
        ? { unanswered: exchange.end?.message ?? exchange.response?.jsonError ?? exchange.end?.kind ?? 'no answer' }
        : {}),
    };
    // A server that cannot express a step says so (ARCHITECTURE, idea 1): nothing can be learned from it.
    if (error?.reason === 'SCRIPT_STEP_UNSUPPORTED')
      throw new NotApplicable(`the target cannot express the script: ${String(error.message)}`);
  }

  get place(): Place {
    return { exchange: this.exchange.id };
  }

  get unread(): Unread | undefined {
    // An answer in the shapes of another version than was asked for is none of this one (3.6.2).
    const older = isOfThisVersion(this.exchange) ? olderIn(this.exchange) : undefined;
    if (older !== undefined) return { by: 'A2A10-VER-005', expected: 'an answer in the shapes of 1.0', actual: older };
    const unknown = this.#isOwed ? unknownMethod(this.exchange, this.value.error) : undefined;
    if (unknown) return unknown;
    const isRead = this.#binding.name === 'JSONRPC' && this.value.unanswered === undefined;
    return isRead ? undefined : this.#binding.unread(this.exchange);
  }

  /** What the server made of the request, without words and ids: to be compared with a twin's. */
  get outcome(): Subject {
    const { error, result } = this.value;
    const { names, code, reason, httpStatus } = error ?? {};
    const made = error ? { refused: names, code, reason, httpStatus } : result === undefined ? this.value : 'taken';
    return { value: made, place: this.place, unread: this.unread };
  }

  /** It met with the same as its twin. */
  answersLike(twin: { outcome: Subject }): boolean {
    return sameJson(this.outcome.value, twin.outcome.value);
  }

  /** It is this error, and says so: by its reason or its code, not by an HTTP status that others share. */
  says(error: string): boolean {
    return this.is(error) && this.value.error?.by !== 'status';
  }

  /** From the request to the answer, or to the end of waiting for it; milliseconds. */
  get tookMs(): number {
    const { request, response, end } = this.exchange;
    return (response ?? end ?? request).atMs - request.atMs;
  }

  /** The id of the task that it is about; undefined where it shows none. */
  get taskId(): string | undefined {
    return this.value.result === undefined ? undefined : (this.taskSubject.value as TaskView).id;
  }

  get failed(): boolean {
    return this.value.error !== undefined;
  }

  is(error: string): boolean {
    return this.value.error?.names.includes(error) ?? false;
  }

  /** For what was only a means to an end: blocked where it cannot be told whether it was done. */
  orBlocked(): this {
    const { unread } = this;
    if (unread) throw new Blocked(unread.by, `expected ${unread.expected}`, { ...unread, place: this.place });
    return this;
  }

  /** The task of a SendMessage answer; not applicable when it is a message, and blocked by `reliesOn` when it is neither. */
  sentTask(reliesOn: RequirementId = 'A2A10-SEND-001'): TaskView & { id: string } {
    const { result } = this.value;
    const { unread } = this;
    if (unread?.by === 'A2A10-VER-005')
      throw new Blocked(unread.by, `expected ${unread.expected}`, { ...unread, place: this.place });
    // A message is as good an answer as a task (3.1.1), but nothing can be done with it here.
    if (this.sentMessage() && isRecord(result) && result.task === undefined)
      throw new NotApplicable(ANSWERS_WITH_MESSAGES);
    if (isRecord(result) && !isRecord(result.task) && isBareTask(result)) {
      this.#note('A2A10-SEND-001', 'SendMessage answers a bare task, without the member `task` around it');
      return this.#owned(result, reliesOn, 'a result with a task');
    }
    return this.#owned(isRecord(result) ? result.task : undefined, reliesOn, 'a result with a task');
  }

  sentMessage(): MessageView | undefined {
    const { result } = this.value;
    return isRecord(result) && isRecord(result.message) ? messageView(result.message) : undefined;
  }

  /** The bare task of GetTask and CancelTask. */
  task(reliesOn: RequirementId = 'A2A10-GET-001'): TaskView & { id: string } {
    const { result } = this.value;
    if (isRecord(result) && !isBareTask(result) && isBareTask(result.task)) {
      const row = this.#binding.name === 'JSONRPC' ? 'A2A10-RPC-014' : 'A2A10-GET-001';
      this.#note(row, `${this.exchange.operation} answers a task inside of a member \`task\``);
      return this.#owned(result.task, reliesOn, 'a task');
    }
    return this.#owned(result, reliesOn, 'a task');
  }

  /** This answer's task as checks want it; undefined fields where there is none. */
  get taskSubject(): Subject {
    const { result } = this.value;
    if (result === undefined) return { value: this.value, place: this.place, unread: this.unread };
    const value = taskView(isRecord(result) && isRecord(result.task) ? result.task : result);
    return { value, place: this.place, unread: this.unread };
  }

  #owned(raw: unknown, reliesOn: RequirementId, what: string): TaskView & { id: string } {
    const task = taskView(raw);
    const { unread } = this;
    if (unread) throw new Blocked(unread.by, `expected ${unread.expected}`, { ...unread, place: this.place });
    if (task.id === undefined)
      throw new Blocked(reliesOn, `expected ${what}`, { place: this.place, expected: what, actual: this.value });
    return { ...task, id: task.id };
  }

  #note(row: RequirementId, what: string): void {
    this.#lenience?.note(row, this.#binding.name, what, this.place);
  }
}

function isBareTask(value: unknown): boolean {
  return isRecord(value) && typeof value.id === 'string' && isRecord(value.status);
}
