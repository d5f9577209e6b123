/**
 * Whether a value has at least what is expected: members of objects and the beginning of nothing else, so that lists are as
 * long as they are said to be. An expression has to be found in a text; a matcher of a test library (`expect.any(…)`) decides itself.
 */
export const contains = (actual: unknown, expected: unknown): boolean => difference(actual, expected, '') === undefined;

/** The first place at which a value has not what is expected, and what is there; undefined: it has all. `at` names the value. */
export function difference(actual: unknown, expected: unknown, at: string): string | undefined {
  const other = (): string =>
    `${at}: expected ${shown(expected)}; got ${actual === undefined ? 'nothing' : shown(actual)}`;
  if (expected instanceof RegExp)
    return typeof actual === 'string' && actual.search(expected) >= 0 ? undefined : other();
  if (isMatcher(expected)) return expected.asymmetricMatch(actual) ? undefined : other();
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return other();
    if (actual.length !== expected.length)
      return `${at}: expected ${expected.length} in the list; got ${actual.length}`;
    return first(expected.entries(), (index, one) => difference(actual[index], one, `${at}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return other();
    return first(Object.entries(expected), (name, one) =>
      difference((actual as Record<string, unknown>)[name], one, at === '' ? name : `${at}.${name}`),
    );
  }
  return Object.is(actual, expected) ? undefined : other();
}

function first<Key>(
  entries: Iterable<[Key, unknown]>,
  wrong: (key: Key, one: unknown) => string | undefined,
): string | undefined {
  for (const [key, one] of entries) {
    const found = wrong(key, one);
    if (found !== undefined) return found;
  }
  return undefined;
}

const MOST_SHOWN = 200;

/** As JSON, with expressions and matchers as they are written; at most 200 characters of it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_name, one: unknown) => {
    if (one instanceof RegExp) return String(one);
    return isMatcher(one) ? (one.toAsymmetricMatcher?.() ?? String(one)) : one;
  });
  return text === undefined || text.length <= MOST_SHOWN ? String(text) : `${text.slice(0, MOST_SHOWN)}…`;
}

interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
  toAsymmetricMatcher?(): string;
}

const isMatcher = (value: unknown): value is AsymmetricMatcher =>
  typeof value === 'object' && value !== null && typeof (value as AsymmetricMatcher).asymmetricMatch === 'function';
