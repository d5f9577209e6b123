import { invalid } from './responses-error.ts';

/** `?stream=true`. Throws a ResponsesError for what is neither true nor false. */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid(`${name}: expected true or false, got ${text.slice(0, 60)}`, { param: name });
}

/** A whole number. Throws a ResponsesError for another, or one out of range. */
export function number(
  query: URLSearchParams,
  name: string,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw invalid(`${name}: expected a whole number ${range}, got ${text.slice(0, 60)}`, { param: name });
}

/** One of a few words. */
export function word<Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const found = words.find((one) => one === text);
  if (found === undefined)
    throw invalid(`${name}: expected ${words.join(' or ')}, got ${text.slice(0, 60)}`, { param: name });
  return found;
}
