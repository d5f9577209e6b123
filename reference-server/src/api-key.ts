import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Says who calls: `anonymous` where no key is asked for, undefined for a caller without the right one. */
export type Identify = (headers: IncomingHttpHeaders) => string | undefined;

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Callers show the key as `Authorization: Bearer KEY`. */
export function identifyBy(apiKey: string | undefined): Identify {
  if (apiKey === undefined) return () => 'anonymous';
  const expected = digest(apiKey);
  return ({ authorization }) => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    // Digests have one length, so that the comparison takes the same time for every wrong key.
    return given !== undefined && timingSafeEqual(digest(given), expected) ? 'key' : undefined;
  };
}
