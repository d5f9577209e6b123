import { execFile, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { lend } from './install.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = [
  'README.md',
  'packages/*/README.md',
  'reference-server/README.md',
  'conformance/README.md',
  'docs/*.md',
];
/** So that nothing hangs; a busy machine takes a while to start a test. */
const TIMEOUT_MS = 120_000;
const AT_ONCE = 3;
const VITEST = join(import.meta.dirname, 'node_modules/vitest/vitest.mjs');
/** Stands for whatever agent a reader has; here it is a reference server. */
const AGENT = /'(https|wss):\/\/agents\.example\.com([^']*)'/g;
const AGENT_MODULE = `import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';

const server: ReferenceServer = await createReferenceServer({
  a2a: { capabilities: { streaming: true, pushNotifications: true } },
  webhooks: { loopback: true },
});

export function at(scheme: string, path: string): string {
  const urls: { [path: string]: string | undefined } = { '/a2a': server.urls['a2a@1.0'], '/v1': server.urls['responses@openai'] };
  const url = urls[path] ?? server.url + path;
  return scheme === 'wss' ? url.replace(/^http/, 'ws') : url;
}
export const finish = (): Promise<void> => server.close();
`;
const FENCE = /^```ts\b *(.*)\n([^]*?)^```$/gm;

/**
 * Writes every block of the documents that is marked `ts` into the folder where the tarballs are installed, a module each.
 * `ts check` marks one that is compiled and not run. One that imports vitest is a test file.
 */
export function writeBlocks(home) {
  const folder = join(home, 'blocks');
  lend(home, 'vitest');
  mkdirSync(folder);
  writeFileSync(join(folder, 'agent.ts'), AGENT_MODULE);
  const blocks = DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).toSorted()).flatMap(blocksOf);
  for (const { file, text } of blocks) writeFileSync(join(folder, file), text);
  return { folder, blocks };
}

/** What the compiler says of the blocks. */
export function compileProblems({ folder }) {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(import.meta.dirname, 'node_modules/typescript-5.9/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? [] : stdout.trim().split('\n').slice(0, 20);
}

/** Runs those that can run, each as a program that must end by itself and well. */
export async function runProblems({ folder, blocks }, node) {
  const problems = [];
  const queue = blocks.filter(({ runs }) => runs);
  const worker = async () => {
    for (let block = queue.shift(); block; block = queue.shift()) problems.push(...(await ran(block, folder, node)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return problems;
}

function blocksOf(document) {
  const content = readFileSync(join(ROOT, document), 'utf8');
  return [...content.matchAll(FENCE)].map((match) => {
    const line = content.slice(0, match.index).split('\n').length;
    const place = `${document}:${line}`;
    const [, word, text] = match;
    if (word !== '' && word !== 'check') throw new Error(`${place}: after \`ts\` may stand check, got ${word}`);
    const suffix = isTest(text) ? '.test.ts' : '.ts';
    return { place, file: `${place.replaceAll(/\W/g, '_')}${suffix}`, text: program(text), runs: word === '' };
  });
}

const isTest = (text) => /from '(?:@agentproto\/reference-server\/)?vitest';$/m.test(text);

/** The block as a program. The agent is brought by whoever runs it, and ends with it. */
function program(block) {
  const text = block.replaceAll(AGENT, "at('$1', '$2')");
  return text === block ? text : `import { at, finish } from './agent.ts';\n${text}await finish();\n`;
}

async function ran({ place, file }, folder, node) {
  try {
    const options = { cwd: folder, timeout: TIMEOUT_MS, env: { ...process.env, NODE_NO_WARNINGS: '1' } };
    const program = file.endsWith('.test.ts') ? [VITEST, 'run', '--root', folder, file] : [join(folder, file)];
    await promisify(execFile)(node.path, program, options);
    return [];
  } catch (error) {
    const said = (error.stderr || error.stdout)
      .split('\n')
      .filter((line) => line.trim() && !/^\s+at |^Node\.js/.test(line));
    const why = error.killed ? `had not ended after ${TIMEOUT_MS / 1000} s` : said.slice(0, 6).join('\n         ');
    return [`${place}: ${why}`];
  }
}
