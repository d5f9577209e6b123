import { didYouMean } from '@agentproto/script';
import { ServerOptionsError } from './options-error.ts';
import type { AnyQuirk } from './quirk.ts';

/** Quirks as they are, and those that are given by name. Throws a ServerOptionsError for a name that is none. */
export async function namedQuirks(given: readonly (AnyQuirk | string)[] = []): Promise<AnyQuirk[]> {
  if (given.every((one) => typeof one !== 'string')) return [...given];
  // All of them are many: loaded where they are asked for.
  const { QUIRKS } = await import('./quirks.ts');
  const names = QUIRKS.map(({ name }) => name);
  return given.map((one) => {
    const found = typeof one === 'string' ? QUIRKS.find(({ name }) => name === one) : one;
    if (found) return found;
    throw new ServerOptionsError(`there is no quirk ${JSON.stringify(one)}${didYouMean(String(one), names, 3)}`);
  });
}
