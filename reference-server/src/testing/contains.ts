/**
 * Whether a value has at least what is expected: members of objects and the beginning of nothing else, so that lists are as
 * long as they are said to be. An expression has to be found in a text; a matcher of a test library (`expect.any(…)`) decides itself.
 */
export function contains(actual: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return typeof actual === 'string' && actual.search(expected) >= 0;
  if (isMatcher(expected)) return expected.asymmetricMatch(actual);
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((one, index) => contains(actual[index], one))
    );
  if (typeof expected === 'object' && expected !== null)
    return (
      typeof actual === 'object' &&
      actual !== null &&
      Object.entries(expected).every(([name, one]) => contains((actual as Record<string, unknown>)[name], one))
    );
  return Object.is(actual, expected);
}

interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
}

const isMatcher = (value: unknown): value is AsymmetricMatcher =>
  typeof value === 'object' && value !== null && typeof (value as AsymmetricMatcher).asymmetricMatch === 'function';
