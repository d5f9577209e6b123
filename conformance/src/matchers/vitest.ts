import { expect } from 'vitest';
import { toConform, type ConformOptions } from './to-conform.ts';

export type { ConformOptions };

interface ConformMatchers {
  /**
   * What a client sent keeps the rules of its protocol; for a reference server, a scope of it, or requests of its journal. Of a
   * fixture, or of exchanges: what a server answered does. To be awaited.
   */
  toConform(options?: ConformOptions): Promise<void>;
}

declare module 'vitest' {
  // oxlint-disable-next-line no-unused-vars -- Its parameters have to be as vitest's.
  interface Matchers<R extends void | Promise<void>, T> extends ConformMatchers {}
}

expect.extend({ toConform });
