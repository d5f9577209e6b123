import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finish } from './child.ts';
import type { Options } from './options.ts';
import { ours } from './place.ts';
import { Skip } from './skip.ts';

const BUILDING_MS = 300_000;

/**
 * Builds a package of a lane's Go module into the cache and gives the binary. Go itself knows what is up to date.
 * @throws Skip where there is no Go.
 */
export async function buildGo(lane: string, name: string, { cache }: Options): Promise<string> {
  const version = await finish({ file: 'go', args: ['version'] }, 10_000);
  if (version.code !== 0) throw new Skip('there is no Go; its `go` has to be on the path, 1.25 or later');
  const folder = join(cache, lane);
  await mkdir(folder, { recursive: true });
  const binary = join(folder, name);
  const built = await finish({ file: 'go', args: ['build', '-o', binary, `./${name}`], cwd: ours(lane) }, BUILDING_MS);
  if (built.code !== 0) throw new Error(`go build ./${name} in ${ours(lane)}: ${built.stderr.trim()}`);
  return binary;
}
