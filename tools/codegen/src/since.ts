import type { Identity, Revision, SinceRow } from './revision.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

/** What came with which patch. Throws for what is not there at all. */
export function emitSince(
  { value, at }: SpecFile<SinceRow[]>,
  { patches = [] }: Identity,
  { schema, methods }: { schema: Revision['schema'] | undefined; methods: Revision['methods'] | undefined },
): string {
  for (const [index, { patch, definition, member, method }] of value.entries()) {
    if (!patches.includes(patch))
      throw new SpecError(`${at([index, 'patch'])}: revision.yaml does not name patch ${patch}.`);
    if (method !== undefined && !methods?.value.some(({ name }) => name === method))
      throw new SpecError(`${at([index, 'method'])}: methods.yaml has no ${method}.`);
    const found = definition === undefined ? undefined : schema?.value.$defs[definition];
    if (definition !== undefined && !found)
      throw new SpecError(`${at([index, 'definition'])}: the schema does not define ${definition}.`);
    if (member !== undefined && found?.properties?.[member] === undefined)
      throw new SpecError(`${at([index, 'member'])}: ${definition ?? 'nothing'} has no member ${member}.`);
  }
  return `/** What came with which patch; what is not named is in all of them. */\nexport const SINCE = ${JSON.stringify(value, null, 2)} as const;\n`;
}
