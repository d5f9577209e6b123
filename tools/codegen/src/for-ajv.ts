import { unionOf } from './exactly-one.ts';
import type { Definitions, Schema } from './schema.ts';
import { SpecError } from './spec-file.ts';
import { isTagged, taggedUnionOf } from './tagged-union.ts';
import { typeUnionOf } from './type-union.ts';

/**
 * The same schema for Ajv, written so that one wrong value is one violation, told where it is and not once for each
 * variant: an exactly-one union becomes one `properties` for all its members and the keyword `exactlyOne`; a union by
 * tag or by type becomes a check of the tag or type, and the keyword `cases` (or `rest`), which goes on with the
 * variant that this chose; what has `x-expected` becomes one keyword `means`.
 */
export function forAjv(name: string, schema: Schema, $defs: Definitions): unknown {
  if (schema === false) return false;
  const {
    oneOf,
    anyOf,
    allOf,
    properties,
    items,
    additionalProperties,
    description: _,
    type,
    'x-expected': expected,
    'x-type': __,
    ...rest
  } = schema;
  const inner = (part: Schema): unknown => forAjv(name, part, $defs);
  const tagged = oneOf && isTagged(oneOf) ? taggedUnionOf(name, oneOf, $defs) : undefined;
  const union = oneOf && !tagged ? unionOf(name, oneOf) : undefined;
  const byType = anyOf && typeUnionOf(name, anyOf, $defs);
  if ((tagged || byType) && properties) throw new SpecError(`${name}: members belong into the variants of the union.`);
  const members = { ...properties, ...union };
  const result = {
    ...(type && !rest.enum && { type }),
    ...rest,
    ...(Object.keys(members).length > 0 && { properties: mapValues(members, inner) }),
    ...(allOf && { allOf: allOf.map(inner) }),
    ...(items && { items: inner(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: inner(additionalProperties) }),
    ...(union && { exactlyOne: Object.keys(union) }),
    ...(tagged && {
      type: 'object',
      ...(tagged.untagged === undefined ? { required: [tagged.tag] } : { untagged: tagged.untagged }),
      properties: { [tagged.tag]: tagged.rest ? { type: 'string' } : { enum: Object.keys(tagged.cases) } },
      tag: tagged.tag,
      cases: mapValues(tagged.cases, inner),
      ...(tagged.rest && { rest: inner(tagged.rest) }),
    }),
    ...(byType && { type: Object.keys(byType), cases: mapValues(byType, inner) }),
  };
  return expected ? { means: { expected, schema: result } } : result;
}

export const mapValues = <A, B>(record: Record<string, A>, f: (value: A, key: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value, key)]));
