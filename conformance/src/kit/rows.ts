import { requirementsOf, type FamilyRevisionId, type Requirement, type RequirementId } from '@agentproto/rules';

const tables = new Map<string, ReadonlyMap<RequirementId, Requirement>>();

/**
 * The rows of a family revision as they hold there, by id: those that it inherits too, as it changes them. A row is also
 * found by the ids of those that it is the same as.
 */
export function rowTable({ id }: { id: string }): ReadonlyMap<RequirementId, Requirement> {
  let table = tables.get(id);
  if (!table) {
    const named = requirementsOf(id as FamilyRevisionId).flatMap((row) =>
      [row.id, ...(row.same ?? [])].map((name) => [name, row] as const),
    );
    tables.set(id, (table = new Map(named)));
  }
  return table;
}

export function rowsOf(family: { id: string }): Requirement[] {
  return [...new Set(rowTable(family).values())];
}
