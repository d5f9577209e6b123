import type { Revision } from './revision.ts';
import { refName } from './schema.ts';

/** What a revision takes over from the one that it extends, as it is. */
export interface Kept {
  /** Definitions that are the same there, with all that they lead to. */
  names: ReadonlySet<string>;
  /** The generated modules of that revision, from those of this one. */
  folder: string;
}

export function keptOf({ schema, base }: Revision): Kept | undefined {
  if (!schema || !base?.schema) return undefined;
  const { $defs } = schema.value;
  const before = base.schema.value.$defs;
  const names = new Set(Object.keys($defs).filter((name) => $defs[name] === before[name]));
  // One that leads to another that has changed is other, too.
  for (let size = -1; size !== names.size;) {
    size = names.size;
    for (const name of names) if (referencesIn($defs[name]).some((to) => !names.has(to))) names.delete(name);
  }
  const { family, revision } = owner(base).identity;
  return { names, folder: `../../${family}/${revision}` };
}

/** Whether all models that a text of paths speaks of are taken over. */
export function keepsAll({ names }: Kept, paths: string): boolean {
  return [...paths.matchAll(/\bmodels\.(\w+)/g)].every(([, name]) => names.has(name!));
}

/** A revision that changes no shape has the modules of its base. */
function owner(revision: Revision): Revision {
  const { base, schema } = revision;
  return base?.schema && base.schema === schema ? owner(base) : revision;
}

function referencesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(referencesIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [refName(value).split('/')[0]!] : referencesIn(value),
  );
}
