import { WireError } from '../wire-error.ts';
import { createLineBytes } from './line-bytes.ts';
import { isBlank } from './line.ts';
import type { NdjsonLine } from './line.ts';

/** In bytes. What passes a limit is refused before it is kept. */
export interface NdjsonLimits {
  /** One line without its line end. Default 8 MiB. */
  lineBytes?: number;
  /** The whole stream. Default: no limit. */
  totalBytes?: number;
}

export const NDJSON_LIMITS: Readonly<Required<NdjsonLimits>> = {
  lineBytes: 8 * 1024 * 1024,
  totalBytes: Number.POSITIVE_INFINITY,
};

export interface NdjsonHandlers {
  onLine(line: NdjsonLine): void;
  /**
   * Called in place of `onLine` for a line that is not UTF-8 (its text has U+FFFD there), and for a blank
   * one that is an error; the lines after it come as ever. Without it, such a line ends the decoding.
   */
  onBadLine?: ((line: NdjsonLine, error: WireError) => void) | undefined;
  /** What a line of nothing but white space is; the NDJSON specification (3.1) leaves it open. Default `skip`. */
  blankLines?: 'skip' | 'error' | undefined;
}

export interface NdjsonDecoder {
  /**
   * Calls `onLine` for each line that `bytes` complete. Throws `WireError` for a bad line (see `onBadLine`)
   * or when a limit is passed, after the lines before that place; what a handler throws comes out here.
   * Either way the decoder is then spent.
   */
  feed(bytes: Uint8Array): void;
  /** Tells the decoder that the stream is over. A last line without LF comes now, as `unterminated`. Throws as `feed`. */
  end(): void;
}

const LF = 10;
const CR = 13;

/**
 * Decodes NDJSON as it arrives, in chunks of any size. Lines end at LF and nowhere else (a lone CR, U+2028 and
 * the like are part of the line); one CR before the LF and a byte order mark at the start are dropped.
 */
export function createNdjsonDecoder(handlers: NdjsonHandlers, limits: NdjsonLimits = {}): NdjsonDecoder {
  const { lineBytes, totalBytes } = { ...NDJSON_LIMITS, ...limits };
  for (const [name, value] of Object.entries({ lineBytes, totalBytes })) {
    if (!(value > 0)) throw new RangeError(`${name}: expected a number of bytes above 0, got ${value}`);
  }
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** What came of the line that no LF has ended yet. */
  const begun = createLineBytes();
  let total = 0;
  let number = 0;
  let closed: unknown;

  function split(bytes: Uint8Array): void {
    let from = 0;
    if (begun.length > 0) {
      from = bytes.indexOf(LF) + 1;
      begin(bytes.subarray(0, from === 0 ? bytes.length : from - 1), 0);
      if (from === 0) return;
      oneLine(begun.take());
    }
    const to = bytes.lastIndexOf(LF) + 1;
    if (to > from) wholeLines(bytes.subarray(from, to), from);
    begin(bytes.subarray(Math.max(from, to)), Math.max(from, to));
  }

  /** `piece` stands at `index` of the chunk. */
  function begin(piece: Uint8Array, index: number): void {
    checkLength(begun.length + piece.length, piece.at(-1) ?? begun.last, total + index - begun.length);
    begun.append(piece);
  }

  /** At once what can be: to decode line by line would take twice as long. */
  function wholeLines(bytes: Uint8Array, index: number): void {
    const text = bytes.length <= lineBytes ? decoded(bytes) : undefined;
    if (text !== undefined) {
      for (let from = 0, to; (to = text.indexOf('\n', from)) !== -1; from = to + 1) deliver(text.slice(from, to));
      return;
    }
    for (let from = 0, to; (to = bytes.indexOf(LF, from)) !== -1; from = to + 1) {
      checkLength(to - from, bytes[to - 1], total + index + from);
      oneLine(bytes.subarray(from, to));
    }
  }

  /** One byte more may be the CR of the line's end. */
  function checkLength(length: number, last: number | undefined, start: number): void {
    if (length > lineBytes && (length > lineBytes + 1 || last !== CR))
      throw limitError('line', lineBytes, start + lineBytes);
  }

  function oneLine(bytes: Uint8Array, unterminated?: true): void {
    const text = decoded(bytes);
    if (text !== undefined) return deliver(text, unterminated);
    const line = nextLine(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), unterminated);
    refuse(line, new WireError('bad-utf8', `expected UTF-8 in line ${line.number}`, { line: line.number }));
  }

  function deliver(text: string, unterminated?: true): void {
    const line = nextLine(text, unterminated);
    if (!isBlank(line.text)) handlers.onLine(line);
    else if (handlers.blankLines === 'error') {
      refuse(
        line,
        new WireError('blank-line', `expected JSON in line ${line.number}, got a blank line`, { line: line.number }),
      );
    }
  }

  function nextLine(raw: string, unterminated?: true): NdjsonLine {
    number++;
    let text = number === 1 && raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
    if (unterminated) return { number, text, unterminated };
    if (text.charCodeAt(text.length - 1) === CR) text = text.slice(0, -1);
    return { number, text };
  }

  function refuse(line: NdjsonLine, error: WireError): void {
    if (!handlers.onBadLine) throw error;
    handlers.onBadLine(line, error);
  }

  function decoded(bytes: Uint8Array): string | undefined {
    try {
      return utf8.decode(bytes);
    } catch {
      return undefined;
    }
  }

  function guarded(work: () => void): void {
    if (closed) throw closed;
    try {
      work();
    } catch (error) {
      closed = error;
      throw error;
    }
  }

  return {
    feed: (bytes) =>
      guarded(() => {
        const taken = bytes.subarray(0, totalBytes - total);
        split(taken);
        total += taken.length;
        if (taken.length < bytes.length) throw limitError('total', totalBytes, total);
      }),
    end: () =>
      guarded(() => {
        const length = begun.length;
        if (length > lineBytes) throw limitError('line', lineBytes, total - length + lineBytes);
        if (length > 0) oneLine(begun.take(), true);
        closed = new WireError('ended', 'The decoder has ended; a new stream needs a new decoder');
      }),
  };
}

function limitError(limit: 'line' | 'total', bytes: number, at: number): WireError {
  const what = limit === 'line' ? 'A line' : 'The stream';
  const message = `${what} is longer than ${bytes} bytes (${limit}Bytes); the limit was passed at byte ${at}`;
  return new WireError(`${limit}-limit`, message, { limit: bytes, at });
}
