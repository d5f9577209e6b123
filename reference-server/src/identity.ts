import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Says who calls: `anonymous` where no key is asked for, undefined for a caller without a right one. */
export type Identify = (headers: IncomingHttpHeaders) => string | undefined;

/** Who calls, and which test of a suite it is for. */
export interface Caller {
  owner: string;
  testId?: string | undefined;
}

/** Tells tests apart that run side by side on one server. */
export const TEST_ID_HEADER = 'X-Test-Id';

export function testIdOf({ [TEST_ID_HEADER.toLowerCase()]: id }: IncomingHttpHeaders): string | undefined {
  return id as string | undefined;
}

/** Where a key may stand besides `Authorization: Bearer KEY`. */
export const API_KEY_HEADER = 'X-API-Key';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Callers by name, each with its key; none: everybody may call. */
export function identifyBy(keys: Readonly<Record<string, string>>): Identify {
  const known = Object.entries(keys).map(([name, key]) => ({ name, expected: digest(key) }));
  if (known.length === 0) return () => 'anonymous';
  return (headers) => {
    const given = keyIn(headers);
    if (given === undefined) return undefined;
    const hash = digest(given);
    // Digests have one length and all are looked at, so that every wrong key takes the same time.
    return known.filter(({ expected }) => timingSafeEqual(hash, expected))[0]?.name;
  };
}

function keyIn({ authorization, [API_KEY_HEADER.toLowerCase()]: apiKey }: IncomingHttpHeaders): string | undefined {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  return bearer ?? (typeof apiKey === 'string' ? apiKey : undefined);
}
