import { families, requirements, type Requirement } from '@agentproto/rules';
import { rowsOf } from '../kit/rows.ts';
import type { Registry } from './model.ts';

const known = new Set<string>(
  Object.values(families).flatMap(({ revisions }) => Object.values<{ id: string }>(revisions).map(({ id }) => id)),
);

/** Every row; those of these revisions as they hold there. Where two of them have a row in common, the first one says. */
export function registryOf(revisions: readonly string[], added: readonly Requirement[] = []): Registry {
  const own = revisions.filter((id) => known.has(id)).flatMap((id) => rowsOf({ id }));
  return { ...requirements, ...Object.fromEntries([...own.toReversed(), ...added].map((row) => [row.id, row])) };
}
