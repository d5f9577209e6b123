import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOTICES, noticesFor } from './third-party.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'agentproto-third-party-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const pack = (folder: string, name: string, license = 'MIT') =>
  write(`${folder}/package.json`, JSON.stringify({ name, version: '1.2.3', license }));
const files = (...paths: string[]) => paths.map((path) => join(root, path));

test('each package once, in order, with its own text; what has no package has no licence', () => {
  pack('node_modules/b', 'b');
  write('node_modules/b/LICENSE', 'Copyright B\n');
  pack('node_modules/@x/a', '@x/a', 'ISC');
  write('node_modules/@x/a/licence.md', 'Copyright A');
  // A package.json that says the module format only is not where a package ends.
  write('node_modules/b/dist/package.json', '{"type":"commonjs"}');
  const notices = noticesFor([
    ...files('node_modules/b/dist/one.js', 'node_modules/b/two.js', 'node_modules/@x/a/index.js'),
    '\0rolldown/runtime.js',
  ]);
  expect(notices.split(/\n-{80}\n\n/)).toEqual(['@x/a 1.2.3 (ISC)\n\nCopyright A\n', 'b 1.2.3 (MIT)\n\nCopyright B\n']);
});

test('a package of the workspace brings what was bundled into it', () => {
  pack('node_modules/b', 'b');
  write('node_modules/b/LICENSE', 'Copyright B');
  pack('packages/rules', '@agentproto/rules');
  write(`packages/rules/${NOTICES}`, noticesFor(files('node_modules/b/one.js')));
  pack('packages/wire', '@agentproto/wire');
  const notices = noticesFor(files('packages/rules/src/a.ts', 'packages/wire/src/b.ts', 'node_modules/b/two.js'));
  expect(notices).toBe('b 1.2.3 (MIT)\n\nCopyright B\n');
});

test('a package without a licence cannot be bundled', () => {
  pack('node_modules/b', 'b');
  expect(() => noticesFor(files('node_modules/b/one.js'))).toThrow(
    /^b 1\.2\.3 is bundled, but .* has no licence file\.$/,
  );
});
