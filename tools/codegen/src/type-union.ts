import { refName, type Definitions, type JsonType, type SchemaObject } from './schema.ts';
import { SpecError } from './spec-file.ts';

/** Reads an `anyOf`: its variants by the JSON types that they take. No two may take the same one. */
export function typeUnionOf(name: string, variants: SchemaObject[], $defs: Definitions): Record<string, SchemaObject> {
  const cases: Record<string, SchemaObject> = {};
  for (const variant of variants)
    for (const type of typesOf(variant, $defs)) {
      if (cases[type]) throw new SpecError(`${name}: two variants of anyOf take ${type}.`);
      cases[type] = variant;
    }
  return cases;

  function typesOf(schema: SchemaObject, definitions: Definitions): JsonType[] {
    const target = schema.$ref === undefined ? schema : definitions[refName(schema.$ref)];
    if (target?.oneOf || target?.allOf) return ['object'];
    if (target?.type === undefined) throw new SpecError(`${name}: a variant of anyOf must say its type.`);
    return [target.type].flat();
  }
}
