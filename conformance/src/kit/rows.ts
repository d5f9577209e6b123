import { requirementsOf, type FamilyRevisionId, type Requirement, type RequirementId } from '@agentproto/rules';

const tables = new Map<string, ReadonlyMap<RequirementId, Requirement>>();

/** The rows of a family revision as they hold there, by id: those that it inherits too, as it changes them. */
export function rowTable({ id }: { id: string }): ReadonlyMap<RequirementId, Requirement> {
  let table = tables.get(id);
  if (!table) tables.set(id, (table = new Map(requirementsOf(id as FamilyRevisionId).map((row) => [row.id, row]))));
  return table;
}

export function rowsOf(family: { id: string }): Requirement[] {
  return [...rowTable(family).values()];
}
