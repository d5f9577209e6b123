import { METHODS } from '@agentproto/protocol/a2a/1.0';
import type { MessageName, MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Violation } from '@agentproto/rules/a2a/1.0';
import { lateModule } from '../late-module.ts';
import type { A2AContext } from './context.ts';
import { invalidParams } from './a2a-error.ts';
import type { Call, RequestOf } from './call.ts';

/** Loaded before the family's first request. */
export const rules = lateModule(() => import('@agentproto/rules/a2a/1.0'));

/** As deep as ProtoJSON parsers go by default. */
const MAX_DEPTH = 100;
/** Members whose value is the caller's own. */
const OPAQUE: ReadonlySet<string> = new Set(['data', 'metadata']);

/** The request of an operation from what came over the wire. Throws with every field that is wrong (§3.3.2). */
export function readParams<Method extends MethodName>(
  ctx: A2AContext,
  method: Method,
  given: unknown,
  binding?: Call['binding'],
): RequestOf<Method> {
  const name: MessageName = METHODS[method].request;
  const params = ctx.impl.normalizeParams(ctx, given);
  const violations = ctx.impl.validate(ctx, name, params, binding);
  if (violations.length > 0)
    throw invalidParams(violations.map(({ field, message }) => ({ field, description: message })));
  return params as RequestOf<Method>;
}

export function validate(_ctx: A2AContext, name: MessageName, value: unknown): Violation[] {
  return rules.loaded.validate(name, value);
}

/**
 * Reads as ProtoJSON readers do: a null member is absent (but for a data part's), snake_case names are taken
 * as well, and an enum that is UNSPECIFIED is unset.
 */
export function normalizeParams(_ctx: A2AContext, given: unknown): unknown {
  return normalize(given, 0);
}

function normalize(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  checkDepth(depth);
  if (Array.isArray(value)) return normalizeItems(value, depth);
  // Most objects are what they should be: a new one is made for the others alone.
  let result: { [name: string]: unknown } | undefined;
  const object = value as { [name: string]: unknown };
  // Came as JSON: all that it has is its own.
  for (const name in object) {
    const member = object[name];
    const key = name.includes('_') ? camelCase(name) : name;
    const isDropped =
      (key !== name && Object.hasOwn(object, key)) ||
      (member === null && key !== 'data') ||
      (key === 'status' && member === 'TASK_STATE_UNSPECIFIED');
    const normal = isDropped ? undefined : memberOf(key, member, depth + 1);
    if (!result && !isDropped && key === name && normal === member) continue;
    result ??= membersBefore(object, name);
    if (!isDropped) define(result, key, normal);
  }
  return result ?? object;
}

function memberOf(key: string, member: unknown, depth: number): unknown {
  if (!OPAQUE.has(key)) return normalize(member, depth);
  measure(member, depth);
  return member;
}

function normalizeItems(items: readonly unknown[], depth: number): readonly unknown[] {
  let result: unknown[] | undefined;
  for (let i = 0; i < items.length; i += 1) {
    const normal = normalize(items[i], depth + 1);
    if (normal !== items[i]) result ??= items.slice(0, i);
    result?.push(normal);
  }
  return result ?? items;
}

function membersBefore(object: { [name: string]: unknown }, end: string): { [name: string]: unknown } {
  const result = {};
  for (const name of Object.keys(object)) {
    if (name === end) break;
    define(result, name, object[name]);
  }
  return result;
}

/** An assignment to `__proto__` would change another thing than a member. */
function define(object: { [name: string]: unknown }, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

function measure(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  checkDepth(depth);
  if (Array.isArray(value)) for (const item of value) measure(item, depth + 1);
  else for (const name in value) measure((value as { [name: string]: unknown })[name], depth + 1);
}

function checkDepth(depth: number): void {
  if (depth <= MAX_DEPTH) return;
  throw invalidParams([
    { field: '', description: `expected at most ${MAX_DEPTH} levels of objects and arrays, got more` },
  ]);
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
