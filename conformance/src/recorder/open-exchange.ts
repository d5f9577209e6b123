import type { EndKind, Exchange, Frame, Headers, RecordedResponse } from '@agentproto/recording';
import type { RecordingClock } from './recording-clock.ts';
import type { WaitLimits } from './wait-limits.ts';
import { WaitTimers } from './wait-timers.ts';

/**
 * An exchange while it is being recorded, as its carrier (HTTP, a raw socket, a WebSocket) sees it: the carrier says
 * what came, and how it ended. Whatever is said after the end is ignored.
 */
export class OpenExchange {
  readonly exchange: Exchange;
  readonly limits: WaitLimits;
  readonly clock: RecordingClock;
  readonly timers: WaitTimers;
  /** Told the content of the answer as it comes, its content coding undone. */
  onContent: ((bytes: Uint8Array) => void) | undefined;
  #answer!: () => void;
  /** The response's head came, or the exchange ended. */
  readonly answered = new Promise<void>((resolve) => (this.#answer = resolve));
  #finish!: (exchange: Exchange) => void;
  readonly ended = new Promise<Exchange>((resolve) => (this.#finish = resolve));
  readonly #over: () => void;
  readonly #endings: ((kind: EndKind) => void)[] = [];
  readonly #incoming: Frame[] = [];
  readonly #waiting = new Map<number, ((frame: Frame | undefined) => void)[]>();

  /** `over` is called once, last of all, when nothing will change any more. */
  constructor(exchange: Exchange, limits: WaitLimits, clock: RecordingClock, over: () => void) {
    this.exchange = exchange;
    this.limits = limits;
    this.clock = clock;
    this.timers = new WaitTimers(limits, (kind, message) => this.end(kind, message));
    this.#over = over;
  }

  get isOver(): boolean {
    return this.exchange.end !== undefined;
  }

  /** Called once, in the order of the calls, while the exchange ends: to keep what came, to let go of the wire. */
  onEnd(ending: (kind: EndKind) => void): void {
    this.#endings.push(ending);
  }

  /** The request goes out now. */
  sending(): void {
    this.exchange.request.atMs = this.clock.nowMs();
    this.timers.start();
  }

  /** The response's head. */
  respond(status: number, headers: Headers): RecordedResponse {
    const response: RecordedResponse = { atMs: this.clock.nowMs(), status, headers };
    if (!this.isOver) this.exchange.response = response;
    this.#answer();
    return response;
  }

  frame(frame: Omit<Frame, 'index'>): void {
    if (this.isOver) return;
    const { frames } = this.exchange;
    if (frames.length >= this.limits.frames) return this.end('limit', `more than ${this.limits.frames} frames`);
    const recorded = { index: frames.length, ...frame };
    frames.push(recorded);
    if (frame.direction === 'out' || frame.kind === 'sse-comment' || isBlankLine(frame)) return;
    this.#incoming.push(recorded);
    this.#tell(this.#incoming.length - 1, recorded);
  }

  /** See `LiveExchange.frame`. */
  incoming(index: number): Promise<Frame | undefined> {
    const frame = this.#incoming[index];
    if (frame || this.isOver) return Promise.resolve(frame);
    return new Promise((resolve) => {
      const others = this.#waiting.get(index);
      if (others) others.push(resolve);
      else this.#waiting.set(index, [resolve]);
    });
  }

  /** The first end counts. `code` is a WebSocket's close code. */
  end(kind: EndKind, message?: string, code?: number): void {
    if (this.isOver) return;
    this.timers.stop();
    this.exchange.end = {
      atMs: this.clock.nowMs(),
      kind,
      ...(message === undefined ? {} : { message }),
      ...(code === undefined ? {} : { code }),
    };
    this.#answer();
    this.#finish(this.exchange);
    for (const index of this.#waiting.keys()) this.#tell(index, undefined);
    for (const ending of this.#endings) ending(kind);
    this.#over();
  }

  #tell(index: number, frame: Frame | undefined): void {
    const waiting = this.#waiting.get(index) ?? [];
    this.#waiting.delete(index);
    for (const resolve of waiting) resolve(frame);
  }
}

/** A reader of NDJSON may pass over it (NDJSON 3.1), as over an SSE comment. */
function isBlankLine({ kind, data }: Omit<Frame, 'index'>): boolean {
  return kind === 'ndjson' && data.trim() === '';
}
