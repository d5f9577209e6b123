import type { SchemaObject } from './schema.ts';
import { SpecError } from './spec-file.ts';

/** An exactly-one union: its members, each with the schema of its value. */
export type Union = Record<string, SchemaObject>;

/**
 * Reads the variants of a `oneOf`. Each must require one member and forbid the others':
 * `{ required: [a], properties: { a: …, b: false } }`.
 */
export function unionOf(name: string, variants: SchemaObject[]): Union {
  const union: Union = {};
  for (const variant of variants) {
    const [member, ...more] = variant.required ?? [];
    const schema = member === undefined ? undefined : variant.properties?.[member];
    if (member === undefined || more.length > 0 || !schema)
      throw new SpecError(`${name}: a variant of oneOf requires exactly one member, with its schema.`);
    union[member] = schema;
  }
  const members = Object.keys(union);
  for (const { required: [own] = [], properties = {} } of variants)
    for (const other of members)
      if (other !== own && properties[other] !== false)
        throw new SpecError(`${name}: variant ${own} must forbid ${other} ("${other}": false).`);
  return union;
}
