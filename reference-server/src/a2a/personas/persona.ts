import type { AnyQuirk } from '../../quirk.ts';
import { a2aQuirk } from '../quirks/a2a-quirk.ts';
import type { A2AImpl } from '../context.ts';
import type { A2AOptions } from '../options.ts';

/** How a server of others differs from one that keeps to its revision: options, and functions of the record that are other. */
export interface Persona {
  /** What it speaks. */
  readonly protocol: string;
  readonly a2a: A2AOptions;
  readonly quirks: readonly AnyQuirk[];
}

export type Trait = (impl: A2AImpl) => Partial<A2AImpl>;

/** One trait of a system, for who wants no more of it than that. */
export const trait = (name: string, says: string, make: Trait): AnyQuirk =>
  a2aQuirk(`a2a.persona.${name}`, { breaks: null, forClients: true, says, make: (impl) => make(impl) });
