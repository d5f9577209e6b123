import { a2aQuirks } from './a2a/quirks/index.ts';
import { chatQuirks } from './chat/quirks/index.ts';
import { responsesQuirks } from './responses/quirks/index.ts';
import { PERSONAS } from './personas.ts';
import type { AnyQuirk } from './quirk.ts';

/** Every quirk that there is. Normal code never imports this; the command line and the selftest do. */
export const QUIRKS: readonly AnyQuirk[] = [...a2aQuirks, ...chatQuirks, ...responsesQuirks];

export { PERSONAS };

/** The quirks of a persona. Throws for a name that is none. */
export function personaQuirks(name: string): AnyQuirk[] {
  const names: readonly string[] | undefined = Object.hasOwn(PERSONAS, name)
    ? PERSONAS[name as keyof typeof PERSONAS]
    : undefined;
  if (!names) throw new RangeError(`expected one of ${Object.keys(PERSONAS).join(', ')}; got ${name}`);
  return names.map((one) => QUIRKS.find((quirk) => quirk.name === one)!);
}
