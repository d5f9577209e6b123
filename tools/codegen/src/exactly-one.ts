import type { Schema, SchemaObject } from './schema.ts';
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

/**
 * The same schema for Ajv: one `properties` for all members of a union and the keyword `exactlyOne`. A fault inside
 * a member is then reported once, where it is, and not once for each variant. What has `x-expected` becomes one
 * keyword `means`, so that one wrong value is one violation.
 */
export function forAjv(name: string, schema: Schema): unknown {
  if (schema === false) return false;
  const {
    oneOf,
    properties,
    items,
    additionalProperties,
    description: _,
    type,
    'x-expected': expected,
    ...rest
  } = schema;
  const union = oneOf && unionOf(name, oneOf);
  const members = { ...properties, ...union };
  const result = {
    ...(type && !rest.enum && { type }),
    ...rest,
    ...(Object.keys(members).length > 0 && { properties: mapValues(members, (member) => forAjv(name, member)) }),
    ...(items && { items: forAjv(name, items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: forAjv(name, additionalProperties) }),
    ...(union && { exactlyOne: Object.keys(union) }),
  };
  return expected ? { means: { expected, schema: result } } : result;
}

export const mapValues = <A, B>(record: Record<string, A>, f: (value: A, key: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value, key)]));
