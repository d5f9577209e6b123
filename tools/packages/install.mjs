import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULES = join(import.meta.dirname, 'node_modules');
/** What the client's dependencies may weigh once installed, in bytes. Raise it with a reason only. */
const CLIENT_DEPENDENCIES_BYTES = 1_000_000;

/** The lowest Node that `engines` allows (or the next that there is for this platform), then the workspace's own. */
export const NODES = [lowestNode(), process.execPath].map((path) => ({
  path,
  version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1),
}));

function lowestNode() {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  const path = names.map((name) => join(MODULES, name, 'bin/node')).find(existsSync);
  if (!path) throw new Error(`there is no Node for ${process.platform} ${process.arch} in tools/packages/package.json`);
  return path;
}

/** Installs tarballs into an empty folder outside of the workspace, with npm, as a stranger would. */
export function install(tarballs) {
  const folder = mkdtempSync(join(tmpdir(), 'agentproto-stranger-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    execFileSync('npm', [...args, ...tarballs.map(({ filename }) => filename)], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new Error(`npm could not install the tarballs: ${error.stderr || error.message}`, { cause: error });
  }
  return folder;
}

/** Installs one package with what it needs of ours, and weighs what came with it. */
export function installedAlone(name, tarballs) {
  const folder = install([...needed(name, tarballs)].map((one) => tarballs.get(one)));
  const modules = join(folder, 'node_modules');
  const bytes = bytesIn(modules) - bytesIn(join(modules, name));
  const kilobytes = Math.round(bytes / 1000);
  const problems =
    bytes > CLIENT_DEPENDENCIES_BYTES
      ? [`expected at most ${CLIENT_DEPENDENCIES_BYTES / 1000} kB of dependencies, got ${kilobytes}`]
      : [];
  return { folder, kilobytes, problems };
}

/** `name`, and which of our packages it depends on, however far. */
function needed(name, tarballs, found = new Set()) {
  if (!tarballs.has(name) || found.has(name)) return found;
  found.add(name);
  const manifest = JSON.parse(
    execFileSync('tar', ['-xzOf', tarballs.get(name).filename, 'package/package.json'], { encoding: 'utf8' }),
  );
  for (const dependency of Object.keys(manifest.dependencies ?? {})) needed(dependency, tarballs, found);
  return found;
}

function bytesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Lends `home` a package that the workspace has and the tarballs do not bring. */
export function lend(home, name) {
  const link = join(home, 'node_modules', name);
  if (existsSync(link)) return;
  mkdirSync(join(link, '..'), { recursive: true });
  symlinkSync(join(MODULES, name), link);
}

export function manifest(home, name) {
  return JSON.parse(readFileSync(join(home, 'node_modules', name, 'package.json'), 'utf8'));
}

/** Every path under which `name` can be imported, wildcards filled in. */
export function importsOf(home, name) {
  return Object.entries(manifest(home, name).exports ?? {}).flatMap(([path, target]) => {
    // It can be imported by a test runner alone; code blocks do.
    if (path === './vitest') return [];
    if (path.endsWith('.json') || typeof target === 'string') return [];
    if (!path.includes('*')) return [join(name, path)];
    const [before, after] = target.default.split('*');
    const root = join(home, 'node_modules', name, before);
    return readdirSync(root, { recursive: true })
      .filter((file) => file.endsWith(after))
      .map((file) => join(name, path.replace('*', file.slice(0, -after.length))));
  });
}
