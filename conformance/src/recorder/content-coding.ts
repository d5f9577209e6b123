import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

/** Whether `createContentDecoder` undoes it. */
export const isUndone = (coding: string): boolean => CODINGS.test(coding.trim());

const CODINGS = /^(?:(?:x-)?gzip|deflate|br|zstd)$/i;

/**
 * Undoes the content coding of a response. We ask for none, but a request without `Accept-Encoding` allows
 * any (RFC 9110, 12.5.3). Nothing where there is no coding, or one that we do not know: its bytes stay as
 * they are.
 */
export function createContentDecoder(coding: string): Transform | undefined {
  switch (coding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return undefined;
  }
}
