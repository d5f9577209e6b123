import { toConform } from './to-conform.ts';

export { toConform };
export type { ConformOptions, Matched } from './to-conform.ts';
export type { Conforming, WithJournal } from './held.ts';
export type { JournalEntry } from './received.ts';

/** For `expect.extend(matchers)` of Playwright, Jest and others that take its shape. */
export const matchers = { toConform };
