import type { Recorder } from './recorder/recorder.ts';

/** What `/.well-known/agentproto.json` says: the target runs scripts. */
export interface Manifest {
  script: 1;
  /** How each protocol is set up there, by its id, where that is said. */
  setUp?: { [protocol: string]: unknown };
}

/** Looks for the manifest below the target and at its origin; undefined where there is none of a version that we know. */
export async function findManifest(recorder: Recorder, target: URL): Promise<Manifest | undefined> {
  for (const url of wellKnown(target, 'agentproto.json')) {
    const exchange = await recorder.request({ method: 'GET', url, headers: [['Accept', 'application/json']] });
    const json = exchange.response?.status === 200 ? exchange.response.json : undefined;
    if (typeof json === 'object' && json !== null && (json as Manifest).script === 1) return json as Manifest;
  }
  return undefined;
}

/**
 * The well-known URLs of a name: below the target's path, then at its origin. A target that is a document itself, as an agent's
 * card may be that stands elsewhere, is one of every such name, and has nothing below it.
 */
export function wellKnown(target: URL, name: string): string[] {
  if (target.pathname.endsWith('.json'))
    return [...new Set([target.href, new URL(`/.well-known/${name}`, target).href])];
  const below = new URL(`${target.pathname.replace(/\/$/, '')}/.well-known/${name}`, target);
  below.search = '';
  return [...new Set([below.href, new URL(`/.well-known/${name}`, target).href])];
}
