import type { Exchange, Frame } from '@agentproto/recording';
import { Blocked, NotApplicable } from '../kit/stops.ts';
import type { Place, Subject, Unread } from '../kit/subject.ts';
import {
  callView,
  isFunctionCall,
  isTerminal,
  record,
  records,
  refusalIn,
  text,
  textIn,
  type CallView,
  type Json,
} from './view.ts';

/** What checks see of an answer, whatever way it came. */
export interface AnswerView {
  httpStatus: number | undefined;
  /** The status of the response; `refused` (a status of 400 and above, or an error frame), or what became of it. */
  ended: string;
  text: string;
  refusal?: string;
  /** Calls of functions of the caller. */
  calls: CallView[];
  /** Of a refusal, or of the response. */
  error?: unknown;
  /** Types of the events, in order; empty for an answer in one piece. */
  types: (string | undefined)[];
}

export interface SeenEvent extends Subject {
  readonly value: Json;
  readonly type: string | undefined;
  readonly place: Place;
}

/** The answer to one request for a response. */
export class Answer implements Subject {
  readonly value: AnswerView;
  readonly place: Place;
  readonly exchange: Exchange;
  readonly events: readonly SeenEvent[];
  /** The response as it stood last. */
  readonly response: Json;
  readonly unread: Unread | undefined;

  constructor(exchange: Exchange, response: Json | undefined, rest: AnswerParts) {
    this.exchange = exchange;
    this.response = response ?? {};
    this.events = rest.events ?? [];
    this.unread = rest.unread;
    this.place = this.events.at(-1)?.place ?? { exchange: exchange.id };
    const items = records(this.response.output);
    const refusal = refusalIn(items);
    const error = rest.error ?? this.response.error;
    this.value = {
      httpStatus: exchange.response?.status,
      ended: rest.ended,
      text: textIn(items),
      ...(refusal === undefined ? {} : { refusal }),
      calls: items.filter(isFunctionCall).map(callView),
      ...(error == null ? {} : { error }),
      types: this.events.map(({ type }) => type),
    };
    // A server that cannot express a step says so (ARCHITECTURE, idea 1): nothing can be learned from it.
    if (JSON.stringify(error ?? '').includes('SCRIPT_STEP_UNSUPPORTED'))
      throw new NotApplicable(`the target cannot express the script: ${JSON.stringify(error)}`);
  }

  get id(): string | undefined {
    return text(this.response.id);
  }

  /** A member of the response. */
  of(member: string): Subject {
    return { value: this.response[member], place: this.place, unread: this.unread };
  }

  get items(): Json[] {
    return records(this.response.output);
  }

  /** The items that were made: of a stream that ends without its output, those that its events say. */
  get made(): Json[] {
    if (this.items.length > 0) return this.items;
    return this.events.flatMap(({ type, value }) =>
      type === 'response.output_item.done' ? records([value.item]) : [],
    );
  }

  /** Calls of functions of the caller among them. */
  get madeCalls(): CallView[] {
    return this.made.filter(isFunctionCall).map(callView);
  }

  get refused(): boolean {
    return this.value.ended === 'refused';
  }

  /** `error.code`, of a refusal or of a response that failed. */
  get code(): string | undefined {
    return text(record(this.value.error)?.code);
  }
}

interface AnswerParts {
  ended: string;
  error?: unknown;
  events?: readonly SeenEvent[];
  unread?: Unread | undefined;
}

/** An answer in one piece. */
export function answerOf(exchange: Exchange): Answer {
  const { response, end } = exchange;
  const body = record(response?.json);
  if (!response) return new Answer(exchange, undefined, { ended: end?.message ?? end?.kind ?? 'no answer' });
  if (response.status >= 400)
    return new Answer(exchange, undefined, { ended: 'refused', error: body?.error ?? body ?? null });
  if (!body)
    return new Answer(exchange, undefined, {
      ended: 'unreadable',
      unread: {
        by: response.json === undefined ? 'RESP-HTTP-005' : 'RESP-SCHEMA-001',
        expected: 'a JSON object',
        actual: response.json ?? { httpStatus: response.status, ...response.body },
      },
    });
  return new Answer(exchange, body, { ended: text(body.status) ?? 'no status' });
}

/** The events of frames: what is no JSON object, comments and the end mark left out. */
export function eventsIn(exchange: Exchange, frames: readonly Frame[]): SeenEvent[] {
  return frames.flatMap((frame) => {
    const value = record(frame.json);
    if (!value || frame.direction !== 'in') return [];
    return [
      {
        value,
        type: text(value.type),
        place: { exchange: exchange.id, frame: frame.index, atMs: Math.round(frame.atMs - exchange.request.atMs) },
      },
    ];
  });
}

/** An answer in events. Throws Blocked where not one came. */
export function answerIn(exchange: Exchange, frames: readonly Frame[]): Answer {
  const events = eventsIn(exchange, frames);
  const { response, end, binding } = exchange;
  if (events.length === 0) {
    if (response && response.status >= 400) return answerOf(exchange);
    throw unopened(exchange);
  }
  const last = events.findLast(({ value }) => record(value.response) !== undefined);
  const snapshot = record(last?.value.response);
  const error = events.find(
    ({ type, value }) => type === 'error' || (type === undefined && record(value.error)),
  )?.value;
  const details = error && (record(error.error) ?? error);
  if (!snapshot && error) return new Answer(exchange, undefined, { ended: 'refused', error: details, events });
  const isOver = isTerminal(last?.type) || (binding === 'WebSocket' && end === undefined);
  const ended = isOver ? (text(snapshot?.status) ?? 'no status') : (end?.message ?? end?.kind ?? 'no end in time');
  return new Answer(exchange, snapshot, { ended, events, ...(error ? { error: details } : {}) });
}

/** Not one event came, so that nothing can be said of the response. */
export function unopened(exchange: Exchange): Blocked {
  const { response, end, binding } = exchange;
  const contentType = response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const actual = {
    httpStatus: response?.status,
    ...(contentType === undefined ? {} : { contentType }),
    ended: end?.kind,
    ...(end?.code === undefined ? {} : { code: end.code }),
  };
  return new Blocked(
    binding === 'WebSocket' ? 'RESP-WS-004' : 'RESP-STREAM-001',
    `expected events, got none (${end?.message ?? end?.kind ?? 'nothing in time'})`,
    { place: { exchange: exchange.id }, expected: 'events', actual },
  );
}
