import type { Exchange, Frame } from '@agentproto/recording';
import { isRecord } from '../kit/json.ts';
import { Blocked, Lost, NotApplicable } from '../kit/stops.ts';
import type { Place, Subject } from '../kit/subject.ts';
import { callViews, endsTurn, eventView, isExecuted, type CallView, type EventView } from './view.ts';

/** What checks see of a turn, whatever path it went over. */
export interface AnswerView {
  httpStatus: number | undefined;
  /** `done`, `error` (an event, or a text that says so), `refused` (a status of 400 and above), or what became of it. */
  ended: string;
  text: string;
  /** Calls that wait for a decision, each once. */
  pending: CallView[];
  /** Results of decided calls, in order. */
  executed: CallView[];
  /** The text of an `error` event, or the `detail` of a refusal. */
  error?: unknown;
  /** `meta_data.request_context`. */
  context?: unknown;
  /** Types of the events, in order; empty for an answer in one piece. */
  types: (string | undefined)[];
}

export interface SeenEvent extends Subject {
  readonly value: EventView;
  readonly place: Place;
}

/** One turn's answer. */
export class Answer implements Subject {
  readonly value: AnswerView;
  readonly place: Place;
  readonly exchange: Exchange;
  readonly events: readonly SeenEvent[];

  constructor(exchange: Exchange, value: AnswerView, events: readonly SeenEvent[] = []) {
    this.exchange = exchange;
    this.value = value;
    this.events = events;
    this.place = events.at(-1)?.place ?? { exchange: exchange.id };
    // A server that cannot express a step says so (ARCHITECTURE, idea 1): nothing can be learned from it.
    if (JSON.stringify(value.error ?? '').includes('SCRIPT_STEP_UNSUPPORTED'))
      throw new NotApplicable(`the target cannot express the script: ${String(value.error)}`);
  }

  /** Results of one list alone, `executed_tool_calls` for instance. */
  results(list: string): CallView[] {
    const { response } = this.exchange;
    const data = isRecord(response?.json) && isRecord(response.json.data) ? response.json.data : {};
    return [
      ...callViews(data[list]),
      ...this.events.flatMap(({ value: { type, calls } }) => (type === list ? calls : [])),
    ];
  }

  /** The call that is asked about; `inconclusive` when the agent asks about none. */
  asked(): CallView & { id: string } {
    const call = this.value.pending[0];
    if (call?.id === undefined)
      throw new Lost(`the agent was asked to want a tool, and no call waits for approval (${this.value.ended})`);
    return { ...call, id: call.id };
  }
}

/** An answer in one piece, of /api/chat. */
export function answerOf(exchange: Exchange): Answer {
  const { response } = exchange;
  const body = isRecord(response?.json) ? response.json : {};
  const data = isRecord(body.data) ? body.data : {};
  const text = typeof body.content === 'string' ? body.content : '';
  return new Answer(exchange, {
    httpStatus: response?.status,
    ended: endedOf(exchange, text),
    text,
    pending: distinct(callViews(data.tool_calls)),
    executed: [...callViews(data.executed_tool_calls), ...callViews(data.executed_approvals)],
    ...(body.detail === undefined
      ? {}
      : {
          error: body.detail,
          ...(body.reason === undefined ? {} : { error: { detail: body.detail, reason: body.reason } }),
        }),
    ...contextOf(body.meta_data),
    types: [],
  });
}

/** A failed turn may be told by a text that says so (agent-server: Error Responses). */
function endedOf({ response, end }: Exchange, text: string): string {
  if (!response) return end?.message ?? 'no answer';
  if (response.status >= 400) return 'refused';
  if (text.startsWith('Error:')) return 'error';
  return response.json === undefined ? 'unreadable' : 'done';
}

/** An answer in events. */
export function answerIn(exchange: Exchange, frames: readonly Frame[]): Answer {
  const events: SeenEvent[] = frames
    .filter((frame) => !isBlank(frame))
    .map((frame) => ({
      value: eventView(frame.json),
      place: { exchange: exchange.id, frame: frame.index, atMs: Math.round(frame.atMs - exchange.request.atMs) },
    }));
  if (events.length === 0 && exchange.response && exchange.response.status !== 101 && exchange.response.status !== 200)
    return answerOf(exchange);
  if (events.length === 0 && exchange.binding !== 'WebSocket') throw unopened(exchange);
  const views = events.map(({ value }) => value);
  const error = views.find(({ type }) => type === 'error');
  const done = views.find(({ type }) => type === 'done');
  const meta = isRecord(done?.raw) ? done.raw.meta_data : undefined;
  return new Answer(
    exchange,
    {
      httpStatus: exchange.response?.status,
      ended: error ? 'error' : done ? 'done' : (exchange.end?.message ?? exchange.end?.kind ?? 'no end in time'),
      text: views.flatMap(({ type, text }) => (type === 'text_delta' ? (text ?? '') : [])).join(''),
      pending: distinct(
        views.flatMap(({ type, calls }) => (type === 'tool_calls' || type === 'approvals' ? calls : [])),
      ),
      executed: views.flatMap((view) => (isExecuted(view) ? view.calls : [])),
      ...(error ? { error: isRecord(error.raw) && error.raw.reason !== undefined ? error.raw : error.text } : {}),
      ...contextOf(meta),
      types: views.map(({ type }) => type),
    },
    events,
  );
}

/** A line that says nothing; readers pass over it (CHAT-CLIENT-003). */
export function isBlank({ kind, data }: Frame): boolean {
  return kind === 'ndjson' && data.trim() === '';
}

/** Not one event came, so that nothing can be said of a turn. */
export function unopened(exchange: Exchange): Blocked {
  const { response, end } = exchange;
  const actual = {
    httpStatus: response?.status,
    ended: end?.kind,
    ...(end?.code === undefined ? {} : { code: end.code }),
  };
  return new Blocked(
    exchange.binding === 'WebSocket' ? 'CHAT-WS-001' : 'CHAT-STREAM-001',
    `expected events, got none (${end?.message ?? end?.kind ?? 'nothing in time'})`,
    {
      place: { exchange: exchange.id },
      expected: 'events',
      actual,
    },
  );
}

/** How many of these frames make up the first turn: up to `done` or `error`; 0 when neither has come. */
export function turnLength(frames: readonly Frame[]): number {
  return frames.findIndex(({ json }) => endsTurn(eventView(json))) + 1;
}

/** The same call is told in `approvals` and in `tool_calls`. */
function distinct(calls: readonly CallView[]): CallView[] {
  return [...new Map(calls.map((call) => [call.id, call])).values()];
}

function contextOf(meta: unknown): { context?: unknown } {
  return isRecord(meta) && meta.request_context !== undefined ? { context: meta.request_context } : {};
}
