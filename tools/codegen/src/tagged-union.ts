import { refName, type Definitions, type SchemaObject } from './schema.ts';
import { SpecError } from './spec-file.ts';

/** A union whose variants are told apart by the value of one member: `type: text_delta`. */
export interface TaggedUnion {
  tag: string;
  /** The variants, by the value of their tag. */
  cases: Record<string, SchemaObject>;
}

export const isTagged = (variants: SchemaObject[]): boolean => variants.every(({ $ref }) => $ref !== undefined);

/** Reads a `oneOf` of references. Each variant must require the same member, with a `const` of its own. */
export function taggedUnionOf(name: string, variants: SchemaObject[], $defs: Definitions): TaggedUnion {
  const tags = variants.map((variant) => constMembersOf($defs[refName(variant.$ref!)]));
  const tag = Object.keys(tags[0] ?? {}).find((member) => tags.every((members) => members[member] !== undefined));
  if (tag === undefined)
    throw new SpecError(`${name}: its variants have no member in common that is required and has a \`const\`.`);
  const cases: TaggedUnion['cases'] = {};
  for (const [index, variant] of variants.entries()) {
    const value = tags[index]![tag]!;
    if (cases[value]) throw new SpecError(`${name}: two variants have the ${tag} ${value}.`);
    cases[value] = variant;
  }
  return { tag, cases };
}

function constMembersOf({ properties = {}, required = [] }: SchemaObject = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([member, schema]) =>
      schema && schema.const !== undefined && required.includes(member) ? [[member, schema.const]] : [],
    ),
  );
}
