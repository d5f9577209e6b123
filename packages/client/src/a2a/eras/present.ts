import type { Json } from '../../json.ts';

/** A copy without the members that are null, which is what SDKs of earlier revisions write for absent ones. */
export function present(given: Json): Json {
  const copy: Json = {};
  for (const member in given) if (given[member] !== null) copy[member] = given[member];
  return copy;
}
