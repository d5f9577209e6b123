/**
 * Partial shapes. A plain value matches itself; an object matches when each of its members does (more
 * may be there); an array matches an array of the same length; a Matcher decides for itself.
 */
export interface Matcher {
  /** What is wanted, for the failure message. */
  readonly wants: string;
  matches(actual: unknown): boolean;
}

export interface Mismatch {
  /** Dotted path into the value; empty for the value itself. */
  path: string;
  expected: unknown;
  actual: unknown;
}

export function matcher(wants: string, matches: (actual: unknown) => boolean): Matcher {
  return { wants, matches };
}

export const absent = matcher('nothing', (actual) => actual === undefined);
export const anything = matcher('anything', () => true);
export const nonEmptyString = matcher('a non-empty string', (actual) => typeof actual === 'string' && actual !== '');
export const aList = matcher('a list', Array.isArray);
export const nonEmptyList = matcher(
  'a list with at least one element',
  (actual) => Array.isArray(actual) && actual.length > 0,
);
export const aText = matcher('a text', (actual) => typeof actual === 'string');
export const listOf = (shape: unknown): Matcher =>
  matcher(
    `a list of at least one ${JSON.stringify(readable(shape))}`,
    (actual) =>
      Array.isArray(actual) && actual.length > 0 && actual.every((element) => mismatch(shape, element) === undefined),
  );
export const contains = (element: unknown): Matcher =>
  matcher(`a list with ${JSON.stringify(element)}`, (actual) => Array.isArray(actual) && actual.includes(element));
export const anyOf = (...values: unknown[]): Matcher =>
  matcher(`one of ${values.map((value) => JSON.stringify(value)).join(', ')}`, (actual) =>
    values.some((value) => mismatch(value, actual) === undefined),
  );

function isMatcher(shape: unknown): shape is Matcher {
  return typeof shape === 'object' && shape !== null && typeof (shape as Matcher).matches === 'function';
}

/** The first place where `actual` is not as `shape` says; undefined when it is. */
export function mismatch(shape: unknown, actual: unknown, path = ''): Mismatch | undefined {
  if (isMatcher(shape)) return shape.matches(actual) ? undefined : { path, expected: shape.wants, actual };
  if (Array.isArray(shape)) {
    if (!Array.isArray(actual) || actual.length !== shape.length) return { path, expected: shape, actual };
    for (const [index, element] of shape.entries()) {
      const found = mismatch(element, actual[index], `${path}[${index}]`);
      if (found) return found;
    }
    return undefined;
  }
  if (typeof shape === 'object' && shape !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual))
      return { path, expected: readable(shape), actual };
    for (const [key, member] of Object.entries(shape)) {
      const found = mismatch(member, (actual as Record<string, unknown>)[key], path ? `${path}.${key}` : key);
      if (found) return found;
    }
    return undefined;
  }
  return Object.is(shape, actual) ? undefined : { path, expected: shape, actual };
}

/** A shape as it can stand in a report: matchers become their words. */
export function readable(shape: unknown): unknown {
  if (isMatcher(shape)) return shape.wants;
  if (Array.isArray(shape)) return shape.map(readable);
  if (typeof shape === 'object' && shape !== null) {
    return Object.fromEntries(Object.entries(shape).map(([key, member]) => [key, readable(member)]));
  }
  return shape;
}

/** Deep equality of JSON values; the order of members does not count. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((element, index) => sameJson(element, right[index]))
    );
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const leftKeys = Object.keys(left);
  return (
    leftKeys.length === Object.keys(right).length &&
    leftKeys.every(
      (key) =>
        key in right && sameJson((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
    )
  );
}
