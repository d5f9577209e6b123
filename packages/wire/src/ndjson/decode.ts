import { decodeStream } from '../stream.ts';
import type { ByteSource } from '../byte-source.ts';
import { createNdjsonDecoder } from './decoder.ts';
import type { NdjsonHandlers, NdjsonLimits } from './decoder.ts';
import type { NdjsonLine } from './line.ts';

export interface DecodeNdjsonOptions extends Omit<NdjsonHandlers, 'onLine'> {
  limits?: NdjsonLimits | undefined;
  /** An abort throws the signal's reason out of the loop, also between two lines, and cancels the source. */
  signal?: AbortSignal | undefined;
}

/**
 * The lines of `source`, in order, read only as fast as they are taken. Leaving the loop cancels the source.
 * A last line without LF is marked `unterminated`. Throws `WireError` for a line that is not UTF-8 or, if
 * asked to, blank (unless `onBadLine` takes it), and when a limit is passed; and what the source throws;
 * always after the lines before that place. `onBadLine` is called when its chunk is decoded, which may be
 * before the lines before it are taken.
 */
export function decodeNdjson(
  source: ByteSource,
  options: DecodeNdjsonOptions = {},
): AsyncGenerator<NdjsonLine, void, undefined> {
  const { limits, signal, ...handlers } = options;
  return decodeStream<NdjsonLine>(source, (emit) => createNdjsonDecoder({ ...handlers, onLine: emit }, limits), signal);
}
