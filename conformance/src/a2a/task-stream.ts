import type { RequirementId } from '@agentproto/rules';
import type { Exchange, Frame } from '@agentproto/recording';
import { Blocked, NotApplicable } from '../kit/stops.ts';
import { seen, type Place, type Subject, type Unread } from '../kit/subject.ts';
import type { LiveExchange } from '../recorder/recorder.ts';
import type { Lenience } from '../kit/lenience.ts';
import { nextFrame } from '../kit/next-frame.ts';
import type { Patience } from '../kit/patience.ts';
import type { Binding } from './binding.ts';
import { contentTypeOf, isEventStream } from './content-type.ts';
import type { ErrorView } from './error-view.ts';
import { ANSWERS_WITH_MESSAGES } from './reply.ts';
import { isOlder } from './older-shape.ts';
import { plainEvent } from './plain-event.ts';
import { unknownMethod } from './unread.ts';
import { eventView, INTERRUPTED, isTerminal, stateOf, TERMINAL, type EventView } from './view.ts';

/** One event of a stream, with its place. */
export interface SeenEvent extends Subject {
  readonly value: EventView | { kind: 'error'; error: ErrorView };
  readonly place: Place;
  readonly id: string | undefined;
}

/** An open answer stream, read event by event. */
export class TaskStream implements Subject {
  readonly events: SeenEvent[] = [];
  readonly #live: LiveExchange;
  readonly #binding: Binding;
  readonly #patience: Patience;
  readonly #lenience: Lenience | undefined;
  /** How long the last frame was waited for. */
  #waitedMs = 0;

  readonly #askedMs: () => number;
  readonly #isOwed: boolean;

  /**
   * `askedMs`: how long the agent was asked to be silent; default: not at all. `isOwed`: the target has to know the operation, and
   * it was asked for as it should be.
   */
  constructor(
    live: LiveExchange,
    binding: Binding,
    patience: Patience,
    lenience?: Lenience,
    askedMs: () => number = () => 0,
    isOwed = false,
  ) {
    this.#isOwed = isOwed;
    this.#askedMs = askedMs;
    this.#live = live;
    this.#binding = binding;
    this.#patience = patience;
    this.#lenience = lenience;
  }

  get exchange(): Exchange {
    return this.#live.exchange;
  }

  get place(): Place {
    return { exchange: this.exchange.id };
  }

  /** What came instead of a stream is no answer of the binding either. */
  get unread(): Unread | undefined {
    const unknown = this.#isOwed ? unknownMethod(this.exchange, this.refusal) : undefined;
    if (unknown) return unknown;
    // Of events that nobody can read their form is the matter.
    const [first] = this.events;
    if (first?.unread && this.events.every(({ unread }) => unread)) return first.unread;
    if (this.isEventStream && this.exchange.frames.length === 0) return this.#binding.brokeOff?.(this.exchange);
    // Accepted, and then no stream: that is a rule of its own.
    if (this.isEventStream || !this.exchange.response || this.exchange.response.status < 400) return undefined;
    const { result, error } = this.#binding.read(this.exchange);
    const isRead =
      this.#binding.name === 'JSONRPC' ? result !== undefined || error !== undefined : result !== undefined;
    return isRead ? undefined : this.#binding.unread(this.exchange);
  }

  /** What the server made of the request, without words and ids: to be compared with a twin's. */
  get outcome(): Subject {
    const { names, code, reason, httpStatus } = this.refusal ?? {};
    const made = names ? { refused: names, code, reason, httpStatus } : 'taken';
    return { value: made, place: this.place, unread: this.unread };
  }

  /** How the stream was opened: status and content type, or the error that came instead. */
  get value(): { httpStatus: number | undefined; contentType: string | undefined; events: number; error?: ErrorView } {
    const error = this.refusal;
    return {
      httpStatus: this.exchange.response?.status,
      contentType: contentTypeOf(this.exchange),
      events: this.events.length,
      ...(error ? { error } : {}),
    };
  }

  /** The error that came instead of a stream, as an answer of its own or as the only event. */
  get refusal(): ErrorView | undefined {
    const first = this.events[0]?.value;
    if (first?.kind === 'error') return first.error;
    return this.exchange.frames.length === 0 ? this.#binding.read(this.exchange).error : undefined;
  }

  /** The id of the task that it is about; undefined where it shows none. */
  get taskId(): string | undefined {
    for (const view of this.views) {
      const id = view.kind === 'task' ? view.id : 'taskId' in view ? view.taskId : undefined;
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /** Something that is concluded from the whole of it; nothing can be, where it cannot be read. */
  shows(value: unknown): Subject {
    return { value, place: this.place, unread: this.unread };
  }

  /** What was first; a subject with an undefined value where nothing came. */
  get first(): Subject {
    return this.events[0] ?? this.shows(undefined);
  }

  get last(): Subject {
    return this.events.at(-1) ?? this.shows(undefined);
  }

  /** The next event, of this kind; not applicable when the agent answers with a message, and blocked by `reliesOn` when something else or nothing comes. */
  async next(
    kind?: EventView['kind'],
    /** A function where it takes a question to tell. */
    reliesOn: RequirementId | (() => Promise<RequirementId>) = 'A2A10-STREAM-001',
  ): Promise<SeenEvent> {
    const event = await this.#take();
    // A message is as good an answer as a task (3.1.2), but nothing can be done with it here.
    if (
      event?.value.kind === 'message' &&
      this.events.length === 1 &&
      this.exchange.operation === 'SendStreamingMessage'
    )
      throw new NotApplicable(ANSWERS_WITH_MESSAGES);
    if (event && (kind === undefined || event.value.kind === kind)) return event;
    const unread = event?.unread ?? this.unread;
    if (unread) throw new Blocked(unread.by, `expected ${unread.expected}`, { ...unread, place: this.place });
    const by =
      this.#isNoStream || (this.refusal && this.exchange.operation === 'SendStreamingMessage')
        ? 'A2A10-STREAM-001'
        : typeof reliesOn === 'string'
          ? reliesOn
          : await reliesOn();
    throw new Blocked(
      by,
      event ? `expected a ${kind} event` : `expected ${kind ? `a ${kind} event` : 'an event'}, ${this.#whyNothing()}`,
      {
        place: event?.place ?? this.place,
        expected: kind ?? 'an event',
        actual: event?.value ?? this.value,
      },
    );
  }

  /** Reads on until an event is as wanted; undefined when the stream ends, or is silent, before. */
  async until(wanted: (event: EventView) => boolean): Promise<SeenEvent | undefined> {
    for (;;) {
      const event = await this.#take();
      if (!event || (event.value.kind !== 'error' && wanted(event.value))) return event;
    }
  }

  /** Reads to the end of the stream, or until it has been silent for so long; default: as long as the suite is patient. */
  async drain(silenceMs?: number): Promise<this> {
    while (await this.#take(silenceMs));
    if (this.#isNoStream)
      throw new Blocked('A2A10-STREAM-001', 'expected text/event-stream', {
        place: this.place,
        expected: 'text/event-stream',
        actual: this.value,
      });
    return this;
  }

  /** All that came where events of a task or a message are due; blocked by STREAM-001 where the target refused, be it by its only event. */
  async whole(): Promise<this> {
    await this.drain();
    if (this.refusal)
      throw new Blocked('A2A10-STREAM-001', 'expected a stream that is not refused', {
        place: this.place,
        expected: 'events of a task or a message',
        actual: this.value,
      });
    return this;
  }

  /** All that came where a refusal is due, be it a stream or not. */
  async answer(): Promise<this> {
    return this.isEventStream ? this.drain() : this;
  }

  /** The target ended the stream in good order. */
  get closed(): Subject {
    const { end } = this.exchange;
    return {
      value: end?.kind === 'complete' ? 'closed' : `still open or broken (${end?.kind ?? 'open'})`,
      place: this.events.at(-1)?.place ?? this.place,
      // Of a stream its end is seen, whatever its events are.
      unread: this.isEventStream ? undefined : this.unread,
    };
  }

  /** Open, and silent for longer than the suite waits: a slow agent, or a stream that hangs. */
  get wentSilent(): boolean {
    const { end } = this.exchange;
    return (end === undefined || end.kind === 'timeout') && !this.views.some(isTerminal);
  }

  /** Why the task's end is not there to be seen, where that is the agent's own doing. */
  get unfinished(): string | undefined {
    if (INTERRUPTED.has(this.state ?? '')) return `the agent was not asked to stop, and its task is ${this.state}`;
    return this.wentSilent ? 'the task was still at work when the suite gave up waiting' : undefined;
  }

  /** Views of all events that came. */
  get views(): EventView[] {
    return this.events.flatMap(({ value }) => (value.kind === 'error' ? [] : [value]));
  }

  /** What came after the first terminal state; a closing snapshot of the task is legal there (11.7). */
  get afterTerminal(): Subject {
    const end = this.events.findIndex(({ value }) => value.kind !== 'error' && isTerminal(value));
    const rest = end < 0 ? [] : this.events.slice(end + 1);
    const odd = rest.filter(
      ({ value }, index) => !(index === rest.length - 1 && value.kind === 'task' && isTerminal(value)),
    );
    return seen(
      odd.map(({ value }) => value),
      odd[0]?.place ?? this.place,
    );
  }

  /** The state that the stream told last, or by which the task ended. */
  get state(): string | undefined {
    const states = this.views.flatMap((view) => stateOf(view) ?? []);
    return states.find((state) => TERMINAL.has(state)) ?? states.at(-1);
  }

  /** Walks away without a word. */
  async leave(): Promise<void> {
    await this.#live.leave();
  }

  async #take(silenceMs?: number): Promise<SeenEvent | undefined> {
    const began = performance.now();
    const frame = await nextFrame(this.#live, this.events.length, this.#patience, this.#binding.name, {
      silenceMs,
      askedMs: this.#askedMs(),
    });
    this.#waitedMs = performance.now() - began;
    if (!frame) {
      const { error } = this.exchange.frames.length === 0 ? this.#binding.read(this.exchange) : {};
      if (error?.reason === 'SCRIPT_STEP_UNSUPPORTED')
        throw new NotApplicable(`the target cannot express the script: ${String(error.message)}`);
      return undefined;
    }
    const event = this.#event(frame);
    this.events.push(event);
    return event;
  }

  get isEventStream(): boolean {
    return isEventStream(this.exchange);
  }

  /** Accepted, and answered with something else than a stream. */
  get #isNoStream(): boolean {
    return this.exchange.response?.status === 200 && !this.refusal && !this.isEventStream;
  }

  #event(frame: Frame): SeenEvent {
    const { result, error } = this.#binding.readEvent(frame.json, this.exchange);
    const place = {
      exchange: this.exchange.id,
      frame: frame.index,
      atMs: Math.round(frame.atMs - this.exchange.request.atMs),
    };
    if (error) return { value: { kind: 'error', error }, place, id: frame.id };
    const { odd, fault } = plainEvent(result) ?? {};
    const older = isOlder(result);
    const form = this.#binding.name === 'JSONRPC' ? 'A2A10-RPC-011' : 'A2A10-REST-009';
    const view = eventView(result);
    if (view.kind === 'unreadable' && !older)
      return {
        ...{ value: view, place, id: frame.id },
        unread: { by: form, expected: 'an event that can be read', actual: frame.json ?? 'no JSON' },
      };
    if (odd && !older) {
      const row = fault === 'misnamed' && this.#lenience?.judges('A2A10-STREAM-022') ? 'A2A10-STREAM-022' : form;
      this.#lenience?.note(row, this.#binding.name, `an event of a stream ${odd}`, place);
    }
    const unread: Unread = { by: 'A2A10-VER-005', expected: 'an event in the shapes of 1.0', actual: result };
    return { value: view, place, id: frame.id, ...(older && { unread }) };
  }

  #whyNothing(): string {
    const { end, response } = this.exchange;
    if (!response) return `got no answer (${end?.message ?? end?.kind ?? 'none in time'})`;
    if (this.exchange.frames.length === 0 && !/event-stream/i.test(contentTypeOf(this.exchange) ?? ''))
      return `got HTTP ${response.status} ${contentTypeOf(this.exchange) ?? ''}`.trim();
    return end ? `the stream ended (${end.kind})` : `nothing came for ${Math.round(this.#waitedMs)} ms`;
  }
}
