// Packs every public package as `pnpm publish` would, and looks at the tarballs as a stranger gets them:
// publint, are-the-types-wrong, the list of files, what they import, and a load of every export without the workspace.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const JUNK =
  /\.(test|spec)\.|\.tsbuildinfo$|\.tgz$|(^|\/)(node_modules|test|fixtures|golden|coverage)\/|(^|\/)\.(env|DS_Store)/;
const OWED_FILES = ['README.md', 'LICENSE', 'package.json'];
const OWED_FIELDS = ['description', 'license', 'repository', 'engines', 'exports', 'files'];
// The packages are ESM only: TypeScript's two CommonJS resolutions are not promised.
const NOT_PROMISED = ['node10', 'node16-cjs'];
const IMPORTED = /\b(?:from|import)\s*\(?\s*['"]((?:@[\w.-]+\/)?\w[\w.-]*)(?:\/[^'"]*)?['"]/g;
const IMPORT_TIMEOUT_MS = 20_000;

const scratch = mkdtempSync(join(tmpdir(), 'agentproto-packages-'));
try {
  const packages = publicPackages();
  const tarballs = pack(packages);
  const home = installed(packages, tarballs);
  let bad = 0;
  for (const { name } of packages) {
    const tarball = tarballs.get(name);
    const problems = [
      ...fileProblems(tarball.files),
      ...manifestProblems(home, name),
      ...dependencyProblems(home, name, tarball.files),
      ...(await publintProblems(tarball.filename)),
      ...(await typeProblems(tarball.filename)),
      ...importProblems(home, name),
    ];
    if (problems.length > 0) bad += 1;
    console.log(
      `${problems.length > 0 ? 'bad ' : 'ok  '} ${name}  ${tarball.files.length} files, ${kilobytes(tarball.size)}`,
    );
    for (const problem of problems) console.log(`       ${problem}`);
  }
  console.log(`${packages.length - bad} packages ok, ${bad} bad`);
  process.exitCode = bad > 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function publicPackages() {
  return JSON.parse(pnpm('ls', '--recursive', '--depth', '-1', '--json')).filter((found) => !found.private);
}

/** name -> { filename, size, files: [path] } */
function pack(packages) {
  const only = packages.flatMap(({ name }) => ['--filter', name]);
  const packed = JSON.parse(pnpm(...only, 'pack', '--pack-destination', join(scratch, 'tarballs'), '--json'));
  return new Map(
    [packed]
      .flat()
      .map(({ name, filename, size, files }) => [name, { filename, size, files: files.map((file) => file.path) }]),
  );
}

/** Unpacks the tarballs side by side, with the third-party packages that they declare and nothing else. */
function installed(packages, tarballs) {
  const home = join(scratch, 'node_modules');
  for (const { name } of packages) {
    const folder = join(home, name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', tarballs.get(name).filename, '-C', folder, '--strip-components=1']);
  }
  for (const { name, path } of packages) {
    for (const dependency of Object.keys(manifest(home, name).dependencies ?? {})) {
      if (tarballs.has(dependency)) continue;
      const link = join(home, dependency);
      mkdirSync(dirname(link), { recursive: true });
      rmSync(link, { force: true });
      symlinkSync(realpathSync(join(path, 'node_modules', dependency)), link);
    }
  }
  return home;
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
  for (const file of files.filter((path) => /^dist\/.*\.(js|d\.ts)$/.test(path))) {
    for (const [, wanted] of readFileSync(join(home, name, file), 'utf8').matchAll(IMPORTED))
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

/** Imports every export, and asks every bin for its help. */
function importProblems(home, name) {
  const { exports = {}, bin = {} } = manifest(home, name);
  const imports = Object.keys(exports)
    .filter((path) => !path.includes('*') && !path.endsWith('.json'))
    .map((path) => [
      `import '${join(name, path)}'`,
      ['--input-type=module', '--eval', `await import(${JSON.stringify(join(name, path))})`],
    ]);
  const bins = Object.entries(bin).map(([command, file]) => [`${command} --help`, [join(home, name, file), '--help']]);
  return [...imports, ...bins].flatMap(([what, args]) => {
    const run = spawnSync(process.execPath, args, { cwd: scratch, encoding: 'utf8', timeout: IMPORT_TIMEOUT_MS });
    if (run.status === 0) return [];
    const said = run.stderr.split('\n').find((line) => /error/i.test(line)) ?? run.stderr.trim().split('\n')[0];
    return [`${what}: ${run.error?.message ?? `exit ${run.status ?? run.signal}`} ${said}`];
  });
}

function manifest(home, name) {
  return JSON.parse(readFileSync(join(home, name, 'package.json'), 'utf8'));
}

/** A copy with a buffer of its own: publint takes the whole `ArrayBuffer`. */
function tarballData(filename) {
  return new Uint8Array(readFileSync(filename));
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`;
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
