import { rowIdsOf } from './inherit.ts';
import type { Identity, Revision } from './revision.ts';
import { SpecError } from './spec-file.ts';

/** The registry of every rule of every revision: ids are unique over all of them. */
export function emitRequirements(revisions: Revision[]): string {
  const rows = new Map<string, object>();
  for (const { identity, requirements } of revisions) {
    requirements?.value.forEach((row, index) => {
      if (!row.id.startsWith(`${identity.prefix}-`))
        throw new SpecError(
          `${requirements.at([index, 'id'])}: expected an id like ${identity.prefix}-AREA-001, got ${row.id}.`,
        );
      if (rows.has(row.id)) throw new SpecError(`${requirements.at([index, 'id'])}: ${row.id} is there twice.`);
      const { id, ...rest } = row;
      rows.set(id, { id, family: identity.family, revision: identity.revision, ...rest });
    });
  }
  for (const revision of revisions) refuseWrongTwins(revision, rows);
  const entries = [...rows].map(([id, row]) => `  ${JSON.stringify(id)}: ${JSON.stringify(row)},\n`).join('');
  return [
    "import type { Requirement } from '../requirement.ts';",
    "import type { RequirementId } from './requirement-ids.ts';\n",
    `export const requirements: { readonly [Id in RequirementId]: Requirement } = {\n${entries}};\n`,
  ].join('\n');
}

/** Each row that another is said to be the same as has to be there, and to be said once. */
function refuseWrongTwins({ identity, requirements }: Revision, rows: ReadonlyMap<string, object>): void {
  const taken = new Map<string, string>();
  for (const [index, { id, same = [] }] of (requirements?.value ?? []).entries())
    for (const twin of same) {
      const where = requirements?.at([index, 'same']);
      if (!rows.has(twin)) throw new SpecError(`${where}: ${id} is the same as ${twin}, which is not there.`);
      if (twin.startsWith(`${identity.prefix}-`))
        throw new SpecError(`${where}: ${id} is the same as ${twin}, which is a row of this very revision.`);
      if (taken.has(twin)) throw new SpecError(`${where}: both ${taken.get(twin)} and ${id} are the same as ${twin}.`);
      taken.set(twin, id);
    }
}

/** Their ids, in a file below the type of a row. */
export function emitRequirementIds(revisions: Revision[]): string {
  const ids = revisions.flatMap(({ requirements }) => requirements?.value ?? []).map(({ id }) => `\n  | '${id}'`);
  return `export type RequirementId =${ids.join('') || ' never'};\n`;
}

/** What revisions change of the rows that they inherit. */
export function emitExtensions(revisions: Revision[]): string {
  const entries = revisions.flatMap(({ identity, base, changes }) => {
    if (!base) return [];
    const reason = changes?.value.noRequirements;
    const rows =
      reason === undefined
        ? (changes?.value.requirements ?? []).map(({ id, ...change }) => [id, change] as const)
        : [...rowIdsOf(base)].map((id) => [id, { reason, dropped: true }] as const);
    const extension = { extends: idOf(base.identity), changes: Object.fromEntries(rows) };
    return [`  ${JSON.stringify(idOf(identity))}: ${JSON.stringify(extension, null, 2)},\n`];
  });
  return [
    "import type { Extension } from '../requirement.ts';",
    "import type { FamilyRevisionId } from './families.ts';\n",
    `export const extensions: { readonly [Id in FamilyRevisionId]?: Extension } = {\n${entries.join('')}};\n`,
  ].join('\n');
}

export function emitFamilies(revisions: Revision[]): string {
  const families: Record<string, { default: string; revisions: Record<string, object> }> = {};
  for (const [family, members] of Map.groupBy(revisions, ({ identity }) => identity.family)) {
    const defaults = members.filter(({ identity }) => identity.default).map(({ identity }) => identity.revision);
    if (defaults.length !== 1)
      throw new SpecError(
        `specs/${family}: one revision.yaml says \`default: true\`, got ${defaults.join(', ') || 'none'}.`,
      );
    families[family] = {
      default: defaults[0]!,
      revisions: Object.fromEntries(
        members.map(({ identity, identity: { revision, title, patches = [], source, sections } }) => [
          revision,
          {
            id: idOf(identity),
            title,
            patches,
            ...(patches.length > 0 && { patch: patches.at(-1) }),
            ...(source && { source }),
            ...(sections && { sections }),
            ...(identity.extends && { extends: identity.extends.replace('../', '') }),
          },
        ]),
      ),
    };
  }
  const ids = revisions.map(({ identity }) => `\n  | '${idOf(identity)}'`).join('');
  return `export type FamilyRevisionId =${ids || ' never'};\n\nexport const families = ${JSON.stringify(families, null, 2)} as const;\n`;
}

const idOf = ({ family, revision }: Identity): string => `${family}@${revision}`;
