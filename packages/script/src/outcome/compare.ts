import type { Outcome } from './outcome.ts';

export interface Difference {
  /** Such as `artifacts[0].parts[1].text`; with `, from character N` where long texts begin to differ. */
  path: string;
  /** Undefined: nothing should be there. */
  expected: unknown;
  /** Undefined: nothing was there. */
  actual: unknown;
}

/** No more differences than these are listed. */
const MOST = 50;
/** Of a longer text only the surroundings of the first difference are given. */
const LONG = 200;

/** Where an observed outcome is not the expected one. Only the members that the wire can show (`visible`) are looked at. */
export function differences(
  expected: Outcome,
  actual: Partial<Outcome>,
  visible: readonly (keyof Outcome)[],
): Difference[] {
  const found: Difference[] = [];
  for (const name of visible) compare(expected[name], actual[name], name, found);
  return found.slice(0, MOST);
}

function compare(expected: unknown, actual: unknown, path: string, found: Difference[]): void {
  if (found.length >= MOST || expected === actual) return;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    for (let i = 0; i < Math.max(expected.length, actual.length); i++)
      compare(expected[i], actual[i], `${path}[${i}]`, found);
  } else if (isRecord(expected) && isRecord(actual)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      compare(own(expected, name), own(actual, name), `${path}.${name}`, found);
    }
  } else if (
    typeof expected === 'string' &&
    typeof actual === 'string' &&
    Math.max(expected.length, actual.length) > LONG
  ) {
    let first = 0;
    while (expected[first] === actual[first]) first++;
    const excerpt = (text: string) => text.slice(Math.max(0, first - LONG / 4), first + LONG / 2);
    found.push({ path: `${path}, from character ${first}`, expected: excerpt(expected), actual: excerpt(actual) });
  } else {
    found.push({ path, expected, actual });
  }
}

function isRecord(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const own = (record: { [name: string]: unknown }, name: string): unknown =>
  Object.hasOwn(record, name) ? record[name] : undefined;
