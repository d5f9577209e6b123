// Packs every public package as `pnpm publish` would, installs the tarballs into an empty folder, and looks at them as
// a stranger does: what is in them, what they weigh, whether they load, compile and do what their READMEs say, on the
// lowest Node that `engines` allows and on the workspace's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileProblems, runProblems, writeBlocks } from './blocks.mjs';
import { contentProblems } from './content.mjs';
import { install, installedAlone, NODES } from './install.mjs';
import { loadProblems } from './load.mjs';
import { pack, publicPackages } from './pack.mjs';
import { typeProblems } from './types.mjs';

const packages = publicPackages();
const folders = [mkdtempSync(join(tmpdir(), 'agentproto-tarballs-'))];
try {
  const tarballs = pack(packages, folders[0]);
  const home = install([...tarballs.values()]);
  folders.push(home);
  let bad = 0;
  let since = performance.now();
  const report = (what, problems) => {
    if (problems.length > 0) bad += 1;
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    console.log(`${problems.length > 0 ? 'bad ' : 'ok  '} ${what} (${seconds} s)`);
    for (const problem of problems) console.log(`       ${problem}`);
    since = performance.now();
  };
  for (const { name } of packages) {
    const { filename, files, size } = tarballs.get(name);
    const problems = await contentProblems(home, name, filename, files);
    report(`${name}: ${files.length} files, ${Math.round(size / 1000)} kB packed`, problems);
  }
  const alone = installedAlone('@agentproto/client', tarballs);
  folders.push(alone.folder);
  report(`what comes with @agentproto/client: ${alone.kilobytes} kB`, alone.problems);
  const names = packages.map(({ name }) => name);
  report('types', typeProblems(home, names));
  const blocks = writeBlocks(home);
  report(`${blocks.blocks.length} code blocks, compiled`, compileProblems(blocks));
  for (const node of NODES) {
    report(`imports and bins on Node ${node.version}`, loadProblems(home, names, node));
    report(`code blocks on Node ${node.version}`, await runProblems(blocks, node));
  }
  console.log(bad === 0 ? 'packages ok' : `${bad} bad`);
  process.exitCode = bad > 0 ? 1 : 0;
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
