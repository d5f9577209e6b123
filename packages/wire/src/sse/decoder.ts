import { createParser } from 'eventsource-parser';
import { WireError } from '../wire-error.ts';
import { createSseMeter, SSE_LIMITS } from './meter.ts';
import type { Overrun, SseLimits } from './meter.ts';

/** One event of an event stream (HTML, section 9.2.6). */
export interface SseEvent {
  /** The `data` lines, joined with LF. */
  data: string;
  event?: string | undefined;
  id?: string | undefined;
}

export interface SseHandlers {
  onEvent(event: SseEvent): void;
  /** One comment line, without its colon. */
  onComment?: ((text: string) => void) | undefined;
  /** The reconnection time that the server asks for, in milliseconds. */
  onRetry?: ((ms: number) => void) | undefined;
}

/**
 * What had arrived of an event when the stream stopped. The specification drops such an event, and so does
 * the decoder: it never reaches `onEvent`. But a peer that forgot the last blank line is common, and a
 * stream that was cut must not look like one that ended.
 */
export interface SseRest {
  /** The event as its blank line would have made it; absent when no `data` line had begun. */
  event?: SseEvent;
  /** The last line is cut, so its value may be too; else only the blank line is missing. */
  midLine: boolean;
}

export interface SseDecoder {
  /**
   * Calls the handlers for all that `bytes` complete. Throws `WireError` when a limit is passed, after the
   * events before that place; what a handler throws comes out here. Either way the decoder is then spent.
   */
  feed(bytes: Uint8Array): void;
  /** Tells the decoder that the stream is over. Nothing is returned when it stopped between two events. */
  end(): SseRest | undefined;
}

/** Decodes an event stream as it arrives, in chunks of any size; bytes that are not UTF-8 become U+FFFD. */
export function createSseDecoder(handlers: SseHandlers, limits: SseLimits = {}): SseDecoder {
  const meter = createSseMeter(limits);
  // The parser strips the byte order mark; two strippers would eat two.
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  const { onComment, onRetry } = handlers;
  let atEnd = false;
  let unfinished: SseEvent | undefined;
  let closed: unknown;

  const parser = createParser({
    onEvent(event) {
      if (atEnd) unfinished = event;
      else handlers.onEvent(event);
    },
    // Without a listener the parser need not keep comments at all.
    onComment: onComment && ((comment) => void (atEnd || onComment(comment))),
    onRetry: onRetry && ((ms) => void (atEnd || onRetry(ms))),
  });

  return {
    feed(bytes) {
      if (closed) throw closed;
      const overrun = meter.measure(bytes);
      try {
        parser.feed(text.decode(overrun ? bytes.subarray(0, overrun.index) : bytes, { stream: true }));
        if (overrun) throw limitError(overrun, limits, meter.totalBytes);
      } catch (error) {
        closed = error;
        throw error;
      }
    },
    end() {
      if (closed) throw closed;
      closed = new WireError('ended', 'The decoder has ended; a new stream needs a new decoder');
      if (!meter.midEvent) return undefined;
      atEnd = true;
      // Two line ends, because one may be the second half of a CRLF.
      parser.feed(`${text.decode()}\n\n`);
      return { midLine: meter.midLine, ...(unfinished && { event: unfinished }) };
    },
  };
}

function limitError({ limit }: Overrun, limits: SseLimits, at: number): WireError {
  const bytes = { ...SSE_LIMITS, ...limits }[`${limit}Bytes`];
  const what = { line: 'A line of the event stream', event: 'An event', total: 'The event stream' }[limit];
  const message = `${what} is longer than ${bytes} bytes (${limit}Bytes); the limit was passed at byte ${at}`;
  return new WireError(`${limit}-limit`, message, { limit: bytes, at });
}
