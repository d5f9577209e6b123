/** The bytes of a line that came in pieces; a million pieces cost no more than they hold. */
export interface LineBytes {
  readonly length: number;
  readonly last: number | undefined;
  /** Copies: the piece's buffer may be used again. */
  append(piece: Uint8Array): void;
  /** All of them, valid until the next `append`; begins anew. */
  take(): Uint8Array;
}

export function createLineBytes(): LineBytes {
  let buffer = new Uint8Array(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    get last() {
      return buffer[length - 1];
    },
    append(piece) {
      if (length + piece.length > buffer.length) {
        const larger = new Uint8Array(Math.max(length + piece.length, 2 * buffer.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(piece, length);
      length += piece.length;
    },
    take() {
      const bytes = buffer.subarray(0, length);
      length = 0;
      return bytes;
    },
  };
}
