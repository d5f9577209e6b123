import { METHODS } from '@agentproto/protocol/a2a/1.0';
import type { MessageName, MethodName } from '@agentproto/protocol/a2a/1.0';
import { validate as violationsOf } from '@agentproto/rules/a2a/1.0';
import type { Violation } from '@agentproto/rules/a2a/1.0';
import type { A2AContext } from './context.ts';
import { invalidParams } from './a2a-error.ts';
import type { RequestOf } from './call.ts';

/** As deep as ProtoJSON parsers go by default. */
const MAX_DEPTH = 100;
/** Members whose value is the caller's own. */
const OPAQUE: ReadonlySet<string> = new Set(['data', 'metadata']);

/** The request of an operation from what came over the wire. Throws with every field that is wrong (§3.3.2). */
export function readParams<Method extends MethodName>(
  ctx: A2AContext,
  method: Method,
  given: unknown,
): RequestOf<Method> {
  const name: MessageName = METHODS[method].request;
  const params = ctx.impl.normalizeParams(ctx, given);
  const violations = ctx.impl.validate(ctx, name, params);
  if (violations.length > 0)
    throw invalidParams(violations.map(({ field, message }) => ({ field, description: message })));
  return params as RequestOf<Method>;
}

export function validate(_ctx: A2AContext, name: MessageName, value: unknown): Violation[] {
  return violationsOf(name, value);
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
  if (Array.isArray(value)) return value.map((item) => normalize(item, depth + 1));
  const members = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    const key = name.includes('_') ? camelCase(name) : name;
    if (key !== name && Object.hasOwn(value, key)) continue;
    if (member === null && key !== 'data') continue;
    if (key === 'status' && member === 'TASK_STATE_UNSPECIFIED') continue;
    if (OPAQUE.has(key)) {
      measure(member, depth + 1);
      members.set(key, member);
    } else {
      members.set(key, normalize(member, depth + 1));
    }
  }
  return Object.fromEntries(members);
}

function measure(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  checkDepth(depth);
  for (const member of Object.values(value)) measure(member, depth + 1);
}

function checkDepth(depth: number): void {
  if (depth <= MAX_DEPTH) return;
  throw invalidParams([
    { field: '', description: `expected at most ${MAX_DEPTH} levels of objects and arrays, got more` },
  ]);
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
