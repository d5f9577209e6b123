import type { RequirementId } from '@agentproto/protocol';
import type { Exchange } from '@agentproto/recording';
import { Blocked, Lost, NotApplicable } from '../kit/stops.ts';
import { seen, type Place, type Subject } from '../kit/subject.ts';
import type { Binding } from './binding.ts';
import type { ErrorView } from './error-view.ts';
import { isRecord } from '../kit/json.ts';
import { messageView, taskView, type MessageView, type TaskView } from './view.ts';

/** What checks see of an answer: a status, and a result or an error, or why there is neither. */
export interface ReplyView {
  httpStatus: number | undefined;
  result?: unknown;
  error?: ErrorView;
  /** There is neither result nor error: how the exchange ended. */
  unanswered?: string;
}

/** The answer to a unary call. */
export class Reply implements Subject {
  readonly exchange: Exchange;
  readonly value: ReplyView;

  constructor(exchange: Exchange, binding: Binding) {
    this.exchange = exchange;
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

  get failed(): boolean {
    return this.value.error !== undefined;
  }

  is(error: string): boolean {
    return this.value.error?.names.includes(error) ?? false;
  }

  /** The task of a SendMessage answer; the play is lost when it is a message, and blocked by `reliesOn` when it is neither. */
  sentTask(reliesOn: RequirementId = 'A2A10-SEND-001'): TaskView & { id: string } {
    const { result } = this.value;
    // A message is as good an answer as a task (3.1.1), but nothing can be done with it here.
    if (this.sentMessage() && isRecord(result) && result.task === undefined)
      throw new Lost('the agent answered with a message, and this needs a task');
    return this.#owned(isRecord(result) ? result.task : undefined, reliesOn, 'a result with a task');
  }

  sentMessage(): MessageView | undefined {
    const { result } = this.value;
    return isRecord(result) && isRecord(result.message) ? messageView(result.message) : undefined;
  }

  /** The bare task of GetTask and CancelTask. */
  task(reliesOn: RequirementId = 'A2A10-GET-001'): TaskView & { id: string } {
    return this.#owned(this.value.result, reliesOn, 'a task');
  }

  /** This answer's task as checks want it; undefined fields where there is none. */
  get taskSubject(): Subject {
    const { result } = this.value;
    return seen(
      result === undefined ? this.value : taskView(isRecord(result) && isRecord(result.task) ? result.task : result),
      this.place,
    );
  }

  #owned(raw: unknown, reliesOn: RequirementId, what: string): TaskView & { id: string } {
    const task = taskView(raw);
    if (task.id === undefined)
      throw new Blocked(reliesOn, `expected ${what}`, { place: this.place, expected: what, actual: this.value });
    return { ...task, id: task.id };
  }
}
