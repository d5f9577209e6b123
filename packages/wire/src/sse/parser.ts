import type { SseHandlers } from './event.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

/**
 * The grammar of event streams (HTML, section 9.2.6), on text that comes in pieces of any size. What it keeps between two
 * pieces is one line and one event; the meter sees to it that they are not too long.
 *
 * The hot path: a line is found by one `indexOf` and looked at in place; an event of a single `data` line touches no state.
 */
export class SseParser {
  readonly #handlers: SseHandlers;
  /** A line that has no end yet. */
  #begun = '';
  #first = true;
  /** The end of the last line, if a LF follows it, goes on. */
  #afterCr = false;
  #data: string | undefined;
  #event: string | undefined;
  #id: string | undefined;
  /** Streams name the same event again and again: one text serves them all, and is quickly compared. */
  #lastEvent = '';

  constructor(handlers: SseHandlers) {
    this.#handlers = handlers;
  }

  feed(piece: string): void {
    const text = this.#withLineFeeds(piece);
    let from = 0;
    if (this.#begun !== '') {
      const to = text.indexOf('\n');
      if (to === -1) {
        this.#begun += text;
        return;
      }
      const line = this.#begun + text.slice(0, to);
      this.#begun = '';
      this.#line(line, 0, line.length);
      from = to + 1;
    }
    for (let to; (to = text.indexOf('\n', from)) !== -1; from = to + 1) {
      if (to === from) this.#dispatch();
      else if (this.#data === undefined && text.charCodeAt(to + 1) === LF && text.startsWith('data:', from)) {
        this.#data = valueAt(text, from + 5, to);
        this.#dispatch();
        to++;
      } else this.#line(text, from, to);
    }
    this.#begun = text.slice(from);
  }

  /** Every line end as a LF, without the byte order mark. */
  #withLineFeeds(piece: string): string {
    if (piece === '') return piece;
    let text = piece;
    if (this.#first && text.startsWith('\uFEFF')) text = text.slice(1);
    this.#first = false;
    if (this.#afterCr && text.charCodeAt(0) === LF) text = text.slice(1);
    this.#afterCr = piece.charCodeAt(piece.length - 1) === CR;
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }

  #line(text: string, from: number, to: number): void {
    if (from === to) return this.#dispatch();
    if (text.startsWith('data:', from)) return this.#addData(valueAt(text, from + 5, to));
    if (text.startsWith('event:', from)) return this.#setEvent(text, from + 6, to);
    if (text.charCodeAt(from) === COLON) {
      this.#handlers.onComment?.(valueAt(text, from + 1, to));
      return;
    }
    const line = text.slice(from, to);
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : valueAt(line, colon + 1, line.length);
    if (field === 'data') this.#addData(value);
    else if (field === 'event') this.#event = undefined;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.#handlers.onRetry?.(Number(value));
  }

  #addData(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
  }

  #setEvent(text: string, at: number, to: number): void {
    const from = text.charCodeAt(at) === SPACE && at < to ? at + 1 : at;
    const last = this.#lastEvent;
    if (to - from !== last.length || !text.startsWith(last, from)) this.#lastEvent = text.slice(from, to);
    this.#event = this.#lastEvent || undefined;
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event;
    const id = this.#id;
    this.#data = this.#event = this.#id = undefined;
    if (data !== undefined) this.#handlers.onEvent({ data, event, id });
  }
}

/** One space after the colon is none of the value. */
function valueAt(text: string, at: number, to: number): string {
  return text.slice(text.charCodeAt(at) === SPACE && at < to ? at + 1 : at, to);
}
