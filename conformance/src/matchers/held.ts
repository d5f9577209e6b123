import type { Exchange } from '@agentproto/recording';
import type { Fixture, FixtureExchange } from '@agentproto/recording/fixture';
import type { JournalEntry } from './received.ts';

/** Anything that has a journal: a reference server, or one test's scope of it. */
export interface WithJournal {
  readonly url: string;
  readonly requests: readonly JournalEntry[];
  /** How many came and are not in `requests` any more. */
  readonly forgotten?: number;
}

/** What can be held against the rules. */
export type Conforming =
  | WithJournal
  | JournalEntry
  | readonly JournalEntry[]
  | Fixture
  | Exchange
  | readonly Exchange[];

/** The same, told apart. */
export type Held =
  | { kind: 'journal'; entries: readonly JournalEntry[]; url: string | undefined; isWhole: boolean }
  | { kind: 'fixture'; exchanges: readonly FixtureExchange[]; origin: string }
  | { kind: 'recording'; exchanges: readonly Exchange[] };

/** @throws TypeError for what is none of these */
export function heldOf(given: unknown): Held {
  if (isObject(given)) {
    if (isListOf(given['requests'], isEntry)) {
      const { requests: entries, url, forgotten = 0 } = given as unknown as WithJournal;
      return { kind: 'journal', entries, url, isWhole: forgotten === 0 };
    }
    if (isListOf(given['exchanges'], isFixtureExchange)) {
      const { exchanges, origin, target } = given as unknown as Fixture;
      return { kind: 'fixture', exchanges, origin: new URL(origin ?? target ?? 'http://recorded.invalid').origin };
    }
  }
  const list = Array.isArray(given) ? given : [given];
  if (isListOf(list, isEntry)) return { kind: 'journal', entries: list, url: undefined, isWhole: false };
  if (isListOf(list, isExchange)) return { kind: 'recording', exchanges: list };
  throw new TypeError(
    `toConform: expected a reference server or a scope of it, requests of its journal, a fixture, or exchanges of a recording; got ${shown(given)}`,
  );
}

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;
const isListOf = <Item>(value: unknown, is: (item: unknown) => item is Item): value is Item[] =>
  Array.isArray(value) && value.every(is);
const isEntry = (value: unknown): value is JournalEntry =>
  isObject(value) && typeof value['method'] === 'string' && typeof value['path'] === 'string' && 'headers' in value;
const requestIn = (value: unknown): Loose | undefined =>
  isObject(value) && isObject(value['request']) ? value['request'] : undefined;
const isExchange = (value: unknown): value is Exchange =>
  typeof requestIn(value)?.['url'] === 'string' && Array.isArray((value as Loose)['frames']);
const isFixtureExchange = (value: unknown): value is FixtureExchange => typeof requestIn(value)?.['path'] === 'string';

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${shown(value[0])}`;
  if (!isObject(value)) return typeof value === 'string' ? 'a text' : String(value);
  return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}`;
}
