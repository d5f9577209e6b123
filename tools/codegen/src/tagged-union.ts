import { refName, type Definitions, type Schema, type SchemaObject } from './schema.ts';
import { SpecError } from './spec-file.ts';

/** A union whose variants are told apart by the value of one member: `type: text_delta`. */
export interface TaggedUnion {
  tag: string;
  /** The variants, by the value of their tag. */
  cases: Record<string, SchemaObject>;
  /** The case that is meant where the tag is absent. */
  untagged?: string;
  /** The variant for every other value of the tag. */
  rest?: SchemaObject;
}

export const isTagged = (variants: SchemaObject[]): boolean => variants.every(({ $ref }) => $ref !== undefined);

/**
 * Reads a `oneOf` of references. Each variant must have the same member, with a `const` of its own, and all but one must
 * require it; in the last it may have a `pattern` instead.
 */
export function taggedUnionOf(name: string, variants: SchemaObject[], $defs: Definitions): TaggedUnion {
  const definitions = variants.map(({ $ref }) => $defs[refName($ref!)] ?? {});
  const isRest = (member: string) => isOpen(definitions.at(-1)?.properties?.[member], $defs);
  const tag = Object.keys(definitions[0]?.properties ?? {}).find((member) =>
    definitions.every(
      ({ properties = {} }, index) =>
        constOf(properties[member]) !== undefined || (index === definitions.length - 1 && isRest(member)),
    ),
  );
  if (tag === undefined) throw new SpecError(`${name}: its variants have no member in common that has a \`const\`.`);
  const union: TaggedUnion = { tag, cases: {} };
  for (const [index, { properties = {}, required = [] }] of definitions.entries()) {
    const value = constOf(properties[tag]);
    if (value === undefined) {
      union.rest = variants[index]!;
      continue;
    }
    if (union.cases[value]) throw new SpecError(`${name}: two variants have the ${tag} ${value}.`);
    union.cases[value] = variants[index]!;
    if (required.includes(tag)) continue;
    if (union.untagged !== undefined) throw new SpecError(`${name}: two variants do not require ${tag}.`);
    union.untagged = value;
  }
  return union;
}

const constOf = (schema: Schema | undefined): string | undefined => (schema ? schema.const : undefined);

function isOpen(schema: Schema | undefined, $defs: Definitions): boolean {
  const target = schema && schema.$ref ? $defs[refName(schema.$ref)] : schema;
  return Boolean(target && target.pattern);
}
