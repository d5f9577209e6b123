import type { AnyQuirk } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { requirements, type Requirement } from '@agentproto/rules';
import { families } from '../families.ts';

const known = new Set(families.map(({ id }) => id.split('@', 1)[0]));

/**
 * The quirks that the suite answers for: not those that are there for clients, of families that it does not know, or of
 * rows that nothing checks yet.
 */
export const judgedQuirks: readonly AnyQuirk[] = QUIRKS.filter(({ name, breaks, forClients }) => {
  const row: Requirement | undefined = breaks === null ? undefined : requirements[breaks];
  return !forClients && known.has(name.split('.', 1)[0]) && row?.pending === undefined;
});
