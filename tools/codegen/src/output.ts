import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files by path, relative to the folder that they will stand in. */
export type Files = Map<string, string>;

/**
 * Makes `folder` hold exactly `files`. A file whose content is right is not touched, so that `tsc -b` has nothing
 * to do; what is no longer generated is removed. Returns the paths that changed.
 */
export function writeFiles(folder: string, files: Files): string[] {
  const changed: string[] = [];
  for (const [path, content] of files) {
    const target = join(folder, path);
    if (read(target) === content) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    changed.push(path);
  }
  for (const path of list(folder)) {
    if (files.has(path)) continue;
    rmSync(join(folder, path));
    changed.push(path);
  }
  return changed;
}

/** Every file below `folder`, as paths relative to it, in order. */
export function list(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      )
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
