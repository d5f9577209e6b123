import { requirementsOf, type FamilyRevisionId, type Requirement, type RequirementId } from '@agentproto/rules';

/** A family revision, and the rows that users have added to it. */
export interface Ruled {
  id: string;
  own?: readonly Requirement[] | undefined;
}

const tables = new Map<string, ReadonlyMap<RequirementId, Requirement>>();

/**
 * The rows of a family revision as they hold there, by id: those that it inherits too, as it changes them. A row is also
 * found by the ids of those that it is the same as.
 */
export function rowTable({ id, own }: Ruled): ReadonlyMap<RequirementId, Requirement> {
  const table = tableOf(id);
  return own ? withOwn(table, own) : table;
}

const extended = new WeakMap<readonly Requirement[], ReadonlyMap<RequirementId, Requirement>>();

function withOwn(
  table: ReadonlyMap<RequirementId, Requirement>,
  own: readonly Requirement[],
): ReadonlyMap<RequirementId, Requirement> {
  let whole = extended.get(own);
  if (!whole) extended.set(own, (whole = new Map([...table, ...own.map((row) => [row.id, row] as const)])));
  return whole;
}

function tableOf(id: string): ReadonlyMap<RequirementId, Requirement> {
  let table = tables.get(id);
  if (!table) {
    const named = requirementsOf(id as FamilyRevisionId).flatMap((row) =>
      [row.id, ...(row.same ?? [])].map((name) => [name, row] as const),
    );
    tables.set(id, (table = new Map(named)));
  }
  return table;
}

export function rowsOf(family: Ruled): Requirement[] {
  return [...new Set(rowTable(family).values())];
}
