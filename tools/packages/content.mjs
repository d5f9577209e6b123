import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { manifest } from './install.mjs';

const JUNK =
  /\.(test|spec)\.|\.tsbuildinfo$|\.tgz$|(^|\/)(node_modules|test|fixtures|golden|coverage)\/|(^|\/)\.(env|DS_Store)/;
const OWED_FILES = ['README.md', 'LICENSE', 'package.json'];
const OWED_FIELDS = ['description', 'license', 'repository', 'engines', 'exports', 'files'];
// The packages are ESM only: TypeScript's two CommonJS resolutions are not promised.
const NOT_PROMISED = ['node10', 'node16-cjs'];
const IMPORTED = /\b(?:from|import)\s*\(?\s*['"]((?:@[\w.-]+\/)?\w[\w.-]*)(?:\/[^'"]*)?['"]/g;
/** What is bundled into a package, whose licences must go along. */
const BUNDLED = {
  '@agentproto/client': ['undici'],
  '@agentproto/rules': ['ajv', 'ajv-formats'],
  'agentproto-conformance': [
    'ajv',
    'ajv-formats',
    'eventsource-parser',
    'fast-xml-builder',
    'jose',
    'path-expression-matcher',
    'preact',
    'ws',
    'xml-naming',
    'yaml',
  ],
};

/** What a look at the tarball shows: publint, are-the-types-wrong, its files, its manifest, its imports. */
export async function contentProblems(home, name, filename, files) {
  return [
    ...fileProblems(files),
    ...noticeProblems(home, name, files),
    ...manifestProblems(home, name),
    ...dependencyProblems(home, name, files),
    ...(await publintProblems(filename)),
    ...(await typeProblems(filename)),
  ];
}

/** The licences of what is bundled go along. */
function noticeProblems(home, name, files) {
  const expected = BUNDLED[name] ?? [];
  const file = files.find((path) => path.endsWith('THIRD-PARTY-LICENSES.txt'));
  if (!file) return expected.length > 0 ? [`has no THIRD-PARTY-LICENSES.txt, yet ${expected.join(', ')} in it`] : [];
  const text = readFileSync(join(home, 'node_modules', name, file), 'utf8');
  const found = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+ \(.+\)$/gm)].map(([, one]) => one);
  return [
    ...expected.filter((one) => !found.includes(one)).map((one) => `${file} lacks the licence of ${one}`),
    ...found
      .filter((one) => !expected.includes(one))
      .map((one) => `${file} has ${one}, which content.mjs does not know`),
  ];
}

function fileProblems(files) {
  const missing = OWED_FILES.filter((file) => !files.includes(file)).map((file) => `has no ${file}`);
  const junk = files.filter((file) => JUNK.test(file)).map((file) => `should not contain ${file}`);
  return [...missing, ...junk];
}

function manifestProblems(home, name) {
  const found = manifest(home, name);
  const missing = OWED_FIELDS.filter((field) => found[field] === undefined).map(
    (field) => `package.json has no "${field}"`,
  );
  const local = Object.entries({ ...found.dependencies, ...found.peerDependencies })
    .filter(([, range]) => /^(workspace|file|link|catalog):/.test(range))
    .map(([dependency, range]) => `depends on ${dependency} by "${range}", which only this workspace understands`);
  return [...missing, ...local];
}

/** What the code and its types import must be declared, for nobody would install it; and the other way round. */
function dependencyProblems(home, name, files) {
  const { dependencies = {}, peerDependencies } = manifest(home, name);
  const declared = [name, ...Object.keys({ ...dependencies, ...peerDependencies })];
  const imported = new Map();
  for (const file of files.filter((path) => /^(dist|bundle)\/.*\.(js|d\.ts)$/.test(path))) {
    for (const [, wanted] of readFileSync(join(home, 'node_modules', name, file), 'utf8').matchAll(IMPORTED))
      imported.set(wanted, file);
  }
  return [
    ...[...imported]
      .filter(([wanted]) => !declared.includes(wanted) && !isBuiltin(wanted))
      .map(([wanted, file]) => `${file} imports ${wanted}, which package.json does not declare`),
    ...Object.keys(dependencies)
      .filter((one) => !imported.has(one))
      .map((one) => `package.json declares ${one}, which nothing imports`),
  ];
}

async function publintProblems(filename) {
  const { messages, pkg } = await publint({ pack: { tarball: tarballData(filename).buffer }, strict: true });
  return messages
    .filter(({ type }) => type !== 'suggestion')
    .map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

async function typeProblems(filename) {
  const result = await checkPackage(createPackageFromTarballData(tarballData(filename)));
  if (!result.types) return ['types: has none'];
  return result.problems
    .filter(({ resolutionKind }) => !NOT_PROMISED.includes(resolutionKind))
    .map(
      ({ kind, entrypoint, resolutionKind, fileName }) =>
        `types: ${kind} at ${entrypoint ?? fileName ?? '?'} (${resolutionKind ?? 'any resolution'})`,
    );
}

/** A copy with a buffer of its own: publint takes the whole `ArrayBuffer`. */
function tarballData(filename) {
  return new Uint8Array(readFileSync(filename));
}
