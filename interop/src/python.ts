import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, finish } from './child.ts';
import type { Options } from './options.ts';
import { ours } from './place.ts';
import { Skip } from './skip.ts';

const LEAST = [3, 12] as const;
const INSTALLING_MS = 600_000;

/** An environment of its own for a lane, kept in the cache as long as what it was made of is the same. */
export interface Python {
  /** A command that runs a file of this package, with `interop/python` on its path. */
  running(file: string, ...args: string[]): Command;
}

export interface Wanted {
  /** The lane's folder, which holds `requirements.txt`. */
  lane: string;
  /** Checkouts to install beside it. */
  checkouts?: readonly string[];
  /** What else is on the path. */
  pythonPath?: readonly string[];
}

/** @throws Skip where there is no Python that is new enough. */
export async function pythonFor({ lane, checkouts = [], pythonPath = [] }: Wanted, options: Options): Promise<Python> {
  const python = await findPython(options.python);
  const requirements = ours(`${lane}/requirements.txt`);
  const stamp = createHash('sha256')
    .update(JSON.stringify([python, checkouts, await versionsOf(checkouts), await readFile(requirements, 'utf8')]))
    .digest('hex');
  const environment = join(options.cache, lane);
  const stampFile = join(environment, 'agentproto-stamp');
  const executable = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (options.fresh || (await read(stampFile)) !== stamp) {
    console.log(`installing ${requirements} into ${environment} …`);
    await clear(environment);
    await must({ file: python, args: ['-m', 'venv', environment] });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await must({ file: executable, args: [...pip, '-r', requirements, ...checkouts] });
    await writeFile(stampFile, stamp);
  }
  return {
    running: (file, ...args) => ({
      file: executable,
      args: [ours(file), ...args],
      env: { PYTHONPATH: [ours('python'), ...pythonPath].join(':'), PYTHONDONTWRITEBYTECODE: '1' },
    }),
  };
}

/** The first that runs and is new enough: the one that was named, those on the path, those of pyenv. */
async function findPython(named: string | undefined): Promise<string> {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const ofPyenv = (await readdir(versions).catch(() => [])).sort().map((name) => join(versions, name, 'bin/python3'));
  const candidates = named ? [named] : ['python3.12', 'python3.13', 'python3', ...ofPyenv];
  for (const candidate of candidates) if (isEnough(await versionOf(candidate))) return candidate;
  const wanted = `Python ${LEAST.join('.')} or later`;
  if (named) throw new Skip(`--python ${named} is not ${wanted}`);
  throw new Skip(`there is no ${wanted} (tried ${candidates.join(', ')}); name one with --python FILE`);
}

async function versionOf(python: string): Promise<string> {
  return (await finish({ file: python, args: ['--version'] }, 10_000)).stdout;
}

/** Whether an answer to `--version`, such as `Python 3.12.1`, is of a Python that the lanes can use. */
export function isEnough(answer: string): boolean {
  const [, major, minor] = /^Python (\d+)\.(\d+)/.exec(answer) ?? [];
  return Number(major) === LEAST[0] && Number(minor) >= LEAST[1];
}

/** A checkout that moved is another one. */
async function versionsOf(checkouts: readonly string[]): Promise<string[]> {
  const head = async (path: string) =>
    (await finish({ file: 'git', args: ['rev-parse', 'HEAD'], cwd: path }, 10_000)).stdout;
  return Promise.all(checkouts.map(head));
}

/** Takes an environment away. A folder of that name that is none, such as a checkout beside the cache's own folders, stays. */
export async function clear(environment: string): Promise<void> {
  const inside: string[] = await readdir(environment).catch(() => []);
  if (inside.length > 0 && !inside.includes('pyvenv.cfg'))
    throw new Error(
      `${environment}: expected a Python environment or nothing, found ${inside.slice(0, 3).join(', ')}; give --cache another folder`,
    );
  await rm(environment, { recursive: true, force: true });
}

async function must(command: Command): Promise<void> {
  const { code, stdout, stderr } = await finish(command, INSTALLING_MS);
  if (code === 0) return;
  const said = (stdout + stderr).trim().split('\n').slice(-15).join('\n');
  throw new Error(`${command.file} ${command.args.join(' ')}: expected exit code 0, got ${code}:\n${said}`);
}

function read(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
