import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What must go along with a bundle. */
export const NOTICES = 'THIRD-PARTY-LICENSES.txt';

/**
 * The licences of the packages that `modules` (files of a bundle) come from, by name. A package of the workspace brings
 * along what it says of code that was bundled into it before. Throws where a package has no licence to show.
 */
export function noticesFor(modules: Iterable<string>): string {
  const notices = new Map<string, string>();
  for (const file of modules) {
    const home = homeOf(file);
    if (!home) continue;
    if (!home.includes('/node_modules/')) {
      const own = join(home, NOTICES);
      if (existsSync(own)) for (const notice of readFileSync(own, 'utf8').split(RULE)) add(notice);
      continue;
    }
    const { name, version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest;
    const text = readdirSync(home).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
    if (!text) throw new Error(`${name} ${version} is bundled, but ${home} has no licence file.`);
    add(`${name} ${version} (${license})\n\n${readFileSync(join(home, text), 'utf8').trim()}\n`);
  }
  return [...notices.keys()]
    .toSorted()
    .map((heading) => notices.get(heading))
    .join(RULE);

  function add(notice: string): void {
    notices.set(notice.slice(0, notice.indexOf('\n')), notice);
  }
}

interface Manifest {
  name: string;
  version: string;
  license: string;
}

const RULE = `\n${'-'.repeat(80)}\n\n`;

/** The folder of the package that `file` is in: the nearest whose package.json has a name and a version. */
function homeOf(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as Partial<Manifest>;
    if (name && version) return folder;
  }
  return undefined;
}
