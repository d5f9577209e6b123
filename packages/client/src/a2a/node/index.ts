/** What only runs where there is a file system: Node, Bun, Deno. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Part } from '@agentproto/protocol/a2a/1.0';
import { InvalidInputError } from '../../errors.ts';
import { type FileOptions, filePart } from '../file.ts';

export type { FileOptions } from '../file.ts';

/**
 * A part that is the file at `path`, by default under its own name. `mediaType` is yours to say. Throws `InvalidInputError` where there
 * is no such file, or a larger one than `maxBytes` (16 MiB).
 */
export async function filePartAt(path: string, options: FileOptions = {}): Promise<Part> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InvalidInputError(`file: cannot read ${path}`, { cause });
  });
  if (!found.isFile()) throw new InvalidInputError(`file: expected a file, got something else at ${path}`);
  return filePart(await openAsBlob(path), { filename: basename(path), ...options });
}
