import { fileURLToPath } from 'node:url';

/** A file or a folder of this package: agents, clients and baselines of the lanes are not compiled. */
export function ours(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
