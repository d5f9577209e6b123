import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** The files of this package that `entry` brings in when it is run; imports of types alone do not count. */
function loadedBy(entry: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(entry)) return loaded;
  loaded.add(entry);
  const source = readFileSync(join(import.meta.dirname, entry), 'utf8');
  for (const [, clause, path = ''] of source.matchAll(/^(?:import|export)\s(?!type\s)([^;]*?)\sfrom '([^']+)';/gm)) {
    expect(path, `${entry} imports ${path}`).toMatch(/^\./);
    if (clause) loadedBy(relative('.', join(dirname(entry), path)), loaded);
  }
  return loaded;
}

test('what runs scripts does not load what checks the result, and the other way round', () => {
  const toRun = loadedBy('index.ts');
  const toCheck = loadedBy('outcome/index.ts');
  expect([...toRun]).toContain('acts.ts');
  expect([...toCheck]).toContain('outcome/parts.ts');
  expect([...toRun].filter((file) => toCheck.has(file))).toEqual(['script.ts']);
});
