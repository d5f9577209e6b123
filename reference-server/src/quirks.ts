import { a2aQuirks } from './a2a/quirks/index.ts';
import { chatQuirks } from './chat/quirks/index.ts';
import type { AnyQuirk } from './quirk.ts';

/** Every quirk that there is. Normal code never imports this; the command line and the selftest do. */
export const QUIRKS: readonly AnyQuirk[] = [...a2aQuirks, ...chatQuirks];

/** Servers of others, as lists of what they were seen to do: each all at once in one double. */
export const PERSONAS = {
  /** a2akit 0.0.35: nine of its causes. */
  'a2akit-like': [
    'a2a.rest.refuses-a2a-json',
    'a2a.rest.plain-json',
    'a2a.rpc.event-aliases',
    'a2a.rest.event-aliases',
    'a2a.rest.bare-first-event',
    'a2a.stream.follow-up-without-the-task',
    'a2a.version.refused-in-another-shape',
    'a2a.error.bad-input-is-an-invalid-request',
    'a2a.history.takes-negative',
    'a2a.card.no-etag',
    'a2a.card.no-cache-control',
  ],
} as const satisfies { [name: string]: readonly string[] };

/** The quirks of a persona. Throws for a name that is none. */
export function personaQuirks(name: string): AnyQuirk[] {
  const names: readonly string[] | undefined = Object.hasOwn(PERSONAS, name)
    ? PERSONAS[name as keyof typeof PERSONAS]
    : undefined;
  if (!names) throw new RangeError(`expected one of ${Object.keys(PERSONAS).join(', ')}; got ${name}`);
  return names.map((one) => QUIRKS.find((quirk) => quirk.name === one)!);
}
