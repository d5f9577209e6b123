import type { JSONSchema } from 'json-schema-to-typescript';
import { mapValues } from './for-ajv.ts';
import type { Schema, SchemaObject } from './schema.ts';

/**
 * The same schema for json-schema-to-typescript: only what a type can say, `name` as its title, and what that tool
 * takes otherwise than we mean it put in its own words (`false` and `{}` as members, a union beside members, a
 * description beside a `$ref`).
 */
export function forTypes(schema: Schema | true, name?: string): JSONSchema {
  if (schema === false) return { tsType: 'never' };
  if (schema === true) return { tsType: 'unknown' };
  const { $ref, type, const: value, enum: values, required, properties, items, additionalProperties } = schema;
  const { oneOf, anyOf, allOf, description, deprecated, 'x-type': tsType } = schema;
  const said = { ...(name && { title: name }), ...(description && { description }), ...(deprecated && { deprecated }) };
  // Beside a reference nothing is read, so what is said of it goes around it.
  if ($ref) return Object.keys(said).length > 0 ? { ...said, allOf: [{ $ref }] } : { $ref };
  if (tsType) return { ...said, tsType };
  if (allOf) {
    const { allOf: bases, description: _, ...members } = schema;
    return { ...said, allOf: [...bases!.map((base) => forTypes(base)), forTypes(members)] };
  }
  if (oneOf) {
    const union = { anyOf: oneOf.map((variant) => forTypes(objectOf(variant))) };
    const { oneOf: _, description: __, ...members } = schema;
    return properties ? { ...said, allOf: [forTypes(members), union] } : { ...said, ...union };
  }
  if (anyOf) return { ...said, anyOf: anyOf.map((variant) => forTypes(variant)) };
  if (!type && !values && value === undefined && !properties) return { ...said, tsType: 'unknown' };
  return {
    ...said,
    ...(type && { type }),
    ...(value !== undefined && { const: value }),
    ...(values && { enum: values }),
    ...(required && { required }),
    ...(properties && { properties: mapValues(properties, (member) => forTypes(member)) }),
    ...(items && { items: forTypes(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: additionalProperties === true || forTypes(additionalProperties),
    }),
  };
}

/** A variant of an exactly-one union says its members, and leaves it to the union that they are an object's. */
const objectOf = (variant: SchemaObject): SchemaObject => (variant.$ref ? variant : { type: 'object', ...variant });
