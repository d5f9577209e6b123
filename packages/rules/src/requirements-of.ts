import { extensions } from './generated/extensions.ts';
import type { FamilyRevisionId } from './generated/families.ts';
import { requirements } from './generated/requirements.ts';
import type { Requirement } from './requirement.ts';

/**
 * The rules that hold for one revision: those that it inherits, as it changes them, then its own. Each names this
 * revision, also where `requirements` has it under the revision that brought it.
 */
export function requirementsOf(id: FamilyRevisionId): Requirement[] {
  const own = Object.values<Requirement>(requirements).filter(({ family, revision }) => `${family}@${revision}` === id);
  const extension = extensions[id];
  if (!extension) return own;
  const revision = id.slice(id.indexOf('@') + 1);
  const inherited = requirementsOf(extension.extends).flatMap((row): Requirement[] => {
    const { reason, dropped, ...change } = extension.changes[row.id] ?? {};
    return dropped ? [] : [{ ...row, revision, ...change, ...(reason !== undefined && { changed: reason }) }];
  });
  return [...inherited, ...own];
}
