import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { page } from './page.ts';
import { ours, root } from './place.ts';
import type { Result } from './result.ts';

export const PAGE = join(root, 'docs/interop.md');

/** Keeps what a lane saw, and writes the page anew. */
export async function record(result: Result): Promise<void> {
  await writeFile(ours(`results/${result.lane}.json`), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(PAGE, page(await readResults()));
}

/** All that was kept, by the name of the lane. */
export async function readResults(): Promise<Result[]> {
  const names = (await readdir(ours('results'))).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(ours(`results/${name}`), 'utf8')) as Result));
}
