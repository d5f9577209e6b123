import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { list } from './output.ts';

/** A digest over every file of `folders` and those of `files` that are there: their names and what is in them. */
export function stampOf(folders: readonly string[], files: readonly string[] = []): string {
  const hash = createHash('sha256');
  const all = [...folders.flatMap((folder) => list(folder).map((path) => join(folder, path))), ...files];
  for (const file of all.filter((path) => existsSync(path))) {
    const content = readFileSync(file);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
