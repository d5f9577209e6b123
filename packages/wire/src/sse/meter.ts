/** In bytes. What passes a limit is refused before it is kept. */
export interface SseLimits {
  /** One line without its end. Default 16 MiB. */
  lineBytes?: number;
  /** All field lines of one event, without their ends and without comments. Default 16 MiB. */
  eventBytes?: number;
  /** The whole stream. Default: no limit. */
  totalBytes?: number;
}

export const SSE_LIMITS: Readonly<Required<SseLimits>> = {
  lineBytes: 16 * 1024 * 1024,
  eventBytes: 16 * 1024 * 1024,
  totalBytes: Number.POSITIVE_INFINITY,
};

export interface Overrun {
  limit: 'line' | 'event' | 'total';
  /** Index of the first byte over the limit. */
  index: number;
}

export interface SseMeter {
  /** Counts the next bytes of the stream, up to the first that is over a limit. */
  measure(bytes: ArrayLike<number>): Overrun | undefined;
  readonly totalBytes: number;
  /** The last line has begun and has no end yet. */
  readonly midLine: boolean;
  /** A field line has begun since the last blank line. */
  readonly midEvent: boolean;
}

const LF = 10;
const CR = 13;
const COLON = 58;
const BOM = [0xef, 0xbb, 0xbf];

/**
 * Measures lines and events on the bytes themselves. The parser's own limit is not enough: it looks only
 * between chunks, so that one big chunk passes what many small ones do not.
 */
export function createSseMeter(limits: SseLimits = {}): SseMeter {
  const { lineBytes, eventBytes, totalBytes } = { ...SSE_LIMITS, ...limits };
  for (const [name, value] of Object.entries({ lineBytes, eventBytes, totalBytes })) {
    if (!(value > 0)) throw new RangeError(`${name}: expected a number of bytes above 0, got ${value}`);
  }
  let total = 0;
  let line = 0;
  let event = 0;
  let comment = false;
  let afterCr = false;
  let bom = 0;

  function measure(bytes: ArrayLike<number>): Overrun | undefined {
    const end = Math.min(bytes.length, totalBytes - total);
    let index = 0;
    while (bom < BOM.length && index < end) {
      if (bytes[index] === BOM[bom]) {
        bom++;
        index++;
      } else bom = BOM.length;
    }
    // No line or event can become too long here: only what stands after the last event matters.
    if (line + end <= lineBytes && event + end <= eventBytes) {
      const start = afterLastBlankLine(bytes, end);
      if (start > index) {
        index = start;
        line = event = 0;
      }
    }
    for (; index < end; index++) {
      const byte = bytes[index];
      if (byte === LF && afterCr) {
        afterCr = false;
      } else if (byte === LF || byte === CR) {
        if (line === 0) event = 0;
        line = 0;
        afterCr = byte === CR;
      } else {
        afterCr = false;
        if (line === 0) comment = byte === COLON;
        if (line === lineBytes) return over('line', index);
        if (!comment && event === eventBytes) return over('event', index);
        line++;
        if (!comment) event++;
      }
    }
    if (end < bytes.length) return over('total', end);
    total += end;
    return undefined;
  }

  function over(limit: Overrun['limit'], index: number): Overrun {
    total += index;
    return { limit, index };
  }

  return {
    measure,
    get totalBytes() {
      return total;
    },
    get midLine() {
      return line > 0;
    },
    get midEvent() {
      return event > 0;
    },
  };
}

/** The index after the last line end that follows another line end within `bytes`; 0 when there is none. */
function afterLastBlankLine(bytes: ArrayLike<number>, end: number): number {
  for (let index = end - 1, next = bytes[index]; index > 0; index--) {
    const byte = bytes[index - 1];
    if ((next === LF && byte === LF) || (next === CR && (byte === LF || byte === CR))) return index + 1;
    next = byte;
  }
  return 0;
}
