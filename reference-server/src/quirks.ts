import { a2aQuirks } from './a2a/quirks/index.ts';
import { chatQuirks } from './chat/quirks/index.ts';
import { openAgentQuirks } from './open-agent/quirks/index.ts';
import { responsesQuirks } from './responses/quirks/index.ts';
import { a2aPersonas } from './a2a/personas/index.ts';
import { PERSONA_OPTIONS, PERSONAS, SYSTEMS } from './personas.ts';
import type { AnyQuirk } from './quirk.ts';
import type { ServerOptions } from './server-options.ts';

/** Every quirk that there is. Normal code never imports this; the command line and the selftest do. */
export const QUIRKS: readonly AnyQuirk[] = [...a2aQuirks, ...chatQuirks, ...responsesQuirks, ...openAgentQuirks];

export { PERSONA_OPTIONS, PERSONAS, SYSTEMS };

/** The quirks of a persona. Throws for a name that is none. */
export function personaQuirks(name: string): AnyQuirk[] {
  const names: readonly string[] | undefined = Object.hasOwn(PERSONAS, name)
    ? PERSONAS[name as keyof typeof PERSONAS]
    : undefined;
  if (!names) throw new RangeError(`expected one of ${Object.keys(PERSONAS).join(', ')}; got ${name}`);
  return names.map((one) => QUIRKS.find((quirk) => quirk.name === one)!);
}

/** The options of a server that is like a system of others. Throws a RangeError for a name that is none. */
export function systemOptions(name: string): Required<Pick<ServerOptions, 'protocols' | 'a2a' | 'quirks'>> {
  const persona = Object.hasOwn(a2aPersonas, name) ? a2aPersonas[name] : undefined;
  if (!persona) throw new RangeError(`expected one of ${SYSTEMS.join(', ')}; got ${name}`);
  return { protocols: [persona.protocol], a2a: persona.a2a, quirks: persona.quirks };
}
