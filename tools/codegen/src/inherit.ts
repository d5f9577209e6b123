import type { Revision } from './revision.ts';
import type { Definitions, MessageSchema } from './schema.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

/** `own` read on top of `base`: what changes.yaml does not name is as it was, and what it names was there. */
export function inherit(own: Revision, base: Revision): Revision {
  refuseUnknown(own, 'requirements', rowIdsOf(base));
  refuseUnknown(own, 'definitions', new Set(Object.keys(base.schema?.value.$defs ?? {})));
  const schema = schemaOf(own, base);
  const methods = own.methods ?? base.methods;
  const openapi = own.openapi ?? base.openapi;
  const errors = own.errors ?? base.errors;
  return {
    ...own,
    ...(schema && { schema }),
    ...(methods && { methods }),
    ...(openapi && { openapi }),
    ...(errors && { errors }),
    base,
  };
}

function schemaOf({ schema, changes, folder }: Revision, base: Revision): SpecFile<MessageSchema> | undefined {
  const inherited = base.schema?.value.$defs ?? {};
  const own = schema?.value.$defs ?? {};
  const changed = new Map((changes?.value.definitions ?? []).map((change) => [change.name, change]));
  for (const name of Object.keys(own))
    if (inherited[name] && !changed.has(name))
      throw new SpecError(`${schema?.file}: defines ${name} anew; changes.yaml must say why.`);
  for (const [name, { dropped }] of changed)
    if (Boolean(dropped) === name in own)
      throw new SpecError(
        dropped
          ? `${schema?.file}: defines ${name}, which changes.yaml drops.`
          : `${changes?.file}: says that ${name} changes, but ${folder} does not define it.`,
      );
  const file = schema ?? base.schema;
  if (!file || (!schema && changed.size === 0)) return file;
  const kept = Object.entries(inherited).filter(([name]) => !changed.get(name)?.dropped);
  const $defs: Definitions = { ...Object.fromEntries(kept), ...own };
  return { ...file, value: { ...file.value, $defs } };
}

function refuseUnknown(
  { changes, identity }: Revision,
  kind: 'definitions' | 'requirements',
  known: ReadonlySet<string>,
): void {
  const names = (changes?.value[kind] ?? []).map((change) => ('id' in change ? change.id : change.name));
  for (const [index, name] of names.entries()) {
    const where = changes?.at([kind, index]);
    if (!known.has(name)) throw new SpecError(`${where}: ${name} is not among what ${identity.extends} has.`);
    if (names.indexOf(name) !== index) throw new SpecError(`${where}: ${name} is there twice.`);
  }
}

/** The rows that hold for a revision. */
export function rowIdsOf({ base, changes, requirements }: Revision): ReadonlySet<string> {
  const ids = new Set(changes?.value.noRequirements === undefined ? base && rowIdsOf(base) : []);
  for (const { id, dropped } of changes?.value.requirements ?? []) if (dropped) ids.delete(id);
  for (const { id } of requirements?.value ?? []) ids.add(id);
  return ids;
}
