import { show } from './json-value.ts';
import { LIMITS } from './limits.ts';
import { ScriptError, type ScriptErrorCode } from './script-error.ts';
import { nearest } from './nearest.ts';

/** Checks of single values for the parser. Each gives the value back with its type, or throws a ScriptError. */

export type Members = { [name: string]: unknown };

export function fail(code: ScriptErrorCode, path: string, expected: string, got: string): never {
  throw new ScriptError(code, path, expected, got);
}

export const at = (path: string, name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? (path ? `${path}.${name}` : name) : `${path}[${show(name)}]`;

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object that has all `required` members and none but these and the `optional` ones. */
export function object(
  value: unknown,
  path: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Members {
  if (!isObject(value))
    fail('SCRIPT_TYPE', path, `an object with ${[...required, ...optional].join(', ')}`, show(value));
  for (const name of Object.keys(value)) {
    if (required.includes(name) || optional.includes(name)) continue;
    const known = [...required, ...optional];
    fail('SCRIPT_MEMBER', at(path, name), `only the members ${known.join(', ')}`, named(name, known));
  }
  for (const name of required) {
    if (!Object.hasOwn(value, name)) fail('SCRIPT_MEMBER', path, `the member "${name}"`, 'nothing');
  }
  return value;
}

export function array(value: unknown, path: string, what: string, limits: { min: number; max: number }): unknown[] {
  if (!Array.isArray(value)) fail('SCRIPT_TYPE', path, `an array of ${what}`, show(value));
  if (value.length < limits.min || value.length > limits.max) {
    fail('SCRIPT_LIMIT', path, `${limits.min} to ${limits.max} ${what}`, String(value.length));
  }
  return value;
}

export function string(value: unknown, path: string, max: number, min = 1): string {
  if (typeof value !== 'string') fail('SCRIPT_TYPE', path, 'a string', show(value));
  if (value.length < min) fail('SCRIPT_VALUE', path, 'a string that is not empty', '""');
  if (value.length > max) fail('SCRIPT_LIMIT', path, `at most ${max} characters`, String(value.length));
  return value;
}

export function integer(value: unknown, path: string, min: number, max: number): number {
  const expected = `a whole number from ${min} to ${max}`;
  if (typeof value !== 'number') fail('SCRIPT_TYPE', path, expected, show(value));
  if (!Number.isInteger(value) || value < min) fail('SCRIPT_VALUE', path, expected, show(value));
  if (value > max) fail('SCRIPT_LIMIT', path, expected, show(value));
  return value;
}

export function boolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') fail('SCRIPT_TYPE', path, 'true or false', show(value));
  return value;
}

export function oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const expected = `one of ${allowed.map((word) => `"${word}"`).join(', ')}`;
  return typeof value === 'string'
    ? fail('SCRIPT_VALUE', path, expected, named(value, allowed))
    : fail('SCRIPT_TYPE', path, expected, show(value));
}

/** Any JSON value, not deeper than the limit. */
export function json(value: unknown, path: string, depth = 1): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return;
  if (typeof value !== 'object') fail('SCRIPT_TYPE', path, 'a JSON value', show(value));
  if (depth > LIMITS.jsonDepth) fail('SCRIPT_LIMIT', path, `at most ${LIMITS.jsonDepth} levels`, 'more');
  if (Array.isArray(value)) value.forEach((item, i) => json(item, `${path}[${i}]`, depth + 1));
  else for (const [name, member] of Object.entries(value)) json(member, at(path, name), depth + 1);
}

/** An object of JSON values. */
export function jsonObject(value: unknown, path: string): void {
  if (!isObject(value)) fail('SCRIPT_TYPE', path, 'an object', show(value));
  json(value, path);
}

/** A word that came, with the one that was most likely meant. */
export function named(word: string, allowed: readonly string[]): string {
  const [meant] = nearest(word, allowed);
  return meant === undefined ? show(word) : `${show(word)} (did you mean "${meant}"?)`;
}
