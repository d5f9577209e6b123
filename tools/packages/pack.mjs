import { execFileSync } from 'node:child_process';

/** Every package of the workspace that is to be published: [{ name, path }] */
export function publicPackages() {
  return JSON.parse(pnpm('ls', '--recursive', '--depth', '-1', '--json')).filter((found) => !found.private);
}

/** Packs into `folder`: name -> { name, filename, size, files: [path] } */
export function pack(packages, folder) {
  const only = packages.flatMap(({ name }) => ['--filter', name]);
  const packed = JSON.parse(pnpm(...only, 'pack', '--pack-destination', folder, '--json'));
  return new Map(
    [packed]
      .flat()
      .map(({ name, filename, size, files }) => [name, { name, filename, size, files: files.map(({ path }) => path) }]),
  );
}

function pnpm(...args) {
  try {
    return execFileSync('pnpm', args, {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new Error('pnpm is not on the PATH; run this as: npx -y pnpm@12 check:packages', { cause: error });
    throw new Error(`pnpm ${args.join(' ')} failed: ${error.stderr || error.stdout || error.message}`, {
      cause: error,
    });
  }
}
