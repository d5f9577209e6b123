/** Cuts what is written into events, wherever the writes begin and end. */
export interface Frames {
  take(bytes: Uint8Array): Frame[];
  /** What is left at the end. */
  rest(): Frame[];
}

export interface Frame {
  bytes: Uint8Array;
  /** It keeps the stream alive, and says nothing. */
  isComment?: boolean;
}

/** An event stream has an event up to an empty line, NDJSON one a line; anything else is one, whole. */
export function framesOf(contentType: string): Frames {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (type === 'text/event-stream') return new Cut(endOfEvent);
  return new Cut(type.endsWith('ndjson') || type.endsWith('jsonl') ? endOfLine : () => -1);
}

class Cut implements Frames {
  readonly #end: (bytes: Buffer) => number;
  #kept: Buffer = Buffer.alloc(0);

  constructor(end: (bytes: Buffer) => number) {
    this.#end = end;
  }

  take(bytes: Uint8Array): Frame[] {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    const frames: Frame[] = [];
    for (let end = this.#end(this.#kept); end > 0; end = this.#end(this.#kept)) {
      const frame = this.#kept.subarray(0, end);
      frames.push({ bytes: frame, isComment: frame[0] === 0x3a || isBlank(frame) });
      this.#kept = this.#kept.subarray(end);
    }
    return frames;
  }

  rest(): Frame[] {
    return this.#kept.length > 0 ? [{ bytes: this.#kept }] : [];
  }
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0x0a || byte === 0x0d || byte === 0x20);

const endOfLine = (bytes: Buffer): number => bytes.indexOf(0x0a) + 1;

const EMPTY_LINES = ['\n\n', '\r\n\r\n', '\r\r'];

/** Behind the first empty line, whichever of the three line ends is used. */
function endOfEvent(bytes: Buffer): number {
  const ends = EMPTY_LINES.flatMap((line) => {
    const at = bytes.indexOf(line);
    return at < 0 ? [] : [at + line.length];
  });
  return ends.length === 0 ? 0 : Math.min(...ends);
}
