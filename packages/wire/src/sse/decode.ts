import { decodeStream } from '../stream.ts';
import type { ByteSource } from '../byte-source.ts';
import { createSseDecoder } from './decoder.ts';
import type { SseEvent, SseHandlers, SseRest } from './decoder.ts';
import type { SseLimits } from './meter.ts';

export interface DecodeSseOptions extends Omit<SseHandlers, 'onEvent'> {
  limits?: SseLimits | undefined;
  /** An abort throws the signal's reason out of the loop, also between two events, and cancels the source. */
  signal?: AbortSignal | undefined;
  /** The source ended in the middle of an event. */
  onUnfinished?: ((rest: SseRest) => void) | undefined;
}

/**
 * The events of `source`, in order, read only as fast as they are taken. Leaving the loop cancels the source.
 * Comments and retries are reported when their chunk is decoded, which may be before its events are taken.
 * Throws `WireError` when a limit is passed, and what the source throws, after the events before that place.
 */
export function decodeSse(
  source: ByteSource,
  options: DecodeSseOptions = {},
): AsyncGenerator<SseEvent, void, undefined> {
  const { limits, signal, onUnfinished, ...handlers } = options;
  return decodeStream<SseEvent>(
    source,
    (emit) => {
      const decoder = createSseDecoder({ ...handlers, onEvent: emit }, limits);
      return {
        feed: decoder.feed,
        end() {
          const rest = decoder.end();
          if (rest) onUnfinished?.(rest);
        },
      };
    },
    signal,
  );
}
