import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean } from '@agentproto/script';
import { parseDocument } from 'yaml';
import { UsageError } from '../kit/usage-error.ts';
import type { Flag } from './flags.ts';
import { SCORING_FLAGS } from './scoring.ts';
import { RUN_FLAGS } from './settings.ts';

const NAMES = ['ts', 'mjs', 'js', 'json', 'yaml', 'yml'].map((extension) => `agentproto.config.${extension}`);
/** They say what to do this once. */
const ONCE = new Set(['write-baseline', 'reason']);

export const CONFIG_FLAG: Flag = { name: 'config', value: 'a file' };
export const TARGET_FLAGS = RUN_FLAGS.filter(({ name }) => !ONCE.has(name));
export const CONFIG_FLAGS = [...TARGET_FLAGS, ...SCORING_FLAGS];

/** What a configuration comes to: arguments of the command line. */
export interface ConfiguredArgs {
  file: string;
  /** For all targets. */
  shared: string[];
  /** For each of several; empty where there is one. */
  targets: string[][];
}

/** The file in this folder, if there is one. @throws UsageError where there are several. */
export function findConfig(folder: string): string | undefined {
  const found = NAMES.map((name) => resolve(folder, name)).filter((file) => existsSync(file));
  if (found.length > 1) throw new UsageError(`there are ${found.join(' and ')}; expected one, or --config FILE`);
  return found[0];
}

/**
 * Reads a configuration, of runs against servers unless other `flags` are given. Files of it are looked for from the current folder, as flags name them.
 * @throws UsageError that names the file, the member, and what was expected there.
 */
export async function readConfig(
  file: string,
  env: NodeJS.ProcessEnv,
  flags: readonly Flag[] = CONFIG_FLAGS,
): Promise<ConfiguredArgs> {
  const content = await contentOf(file);
  if (!isObject(content)) throw new UsageError(`${file}: expected an object of settings, got ${describe(content)}`);
  const { targets, $schema: _, ...shared } = content;
  const common = argsOf(shared, flags, file, '', env);
  if (targets !== undefined && flags !== CONFIG_FLAGS)
    throw new UsageError(`${file}: targets: are of runs against servers; expected none`);
  if (targets === undefined) return { file, shared: common, targets: [] };
  if (!Array.isArray(targets) || targets.length === 0)
    throw new UsageError(`${file}: targets: expected a list with at least one target, got ${describe(targets)}`);
  if (shared['target'] !== undefined) throw new UsageError(`${file}: target and targets: expected one of them`);
  return {
    file,
    shared: common,
    targets: targets.map((one: unknown, index) => {
      const at = `targets[${index}].`;
      if (!isObject(one) || typeof one['target'] !== 'string')
        throw new UsageError(
          `${file}: ${at}target: expected a URL, got ${describe(isObject(one) ? one['target'] : one)}`,
        );
      return argsOf(one, TARGET_FLAGS, file, at, env);
    }),
  };
}

/** Arguments, of which those that come later win; repeatable ones of the later list replace all of the earlier. */
export function overlaid(earlier: readonly string[], later: readonly string[]): string[] {
  const given = new Set(later.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0]!));
  const kept: string[] = [];
  for (const arg of earlier) if (!given.has(arg.split('=')[0]!)) kept.push(arg);
  return [...kept, ...later];
}

/** `--name=value`, so that each is one word. */
function argsOf(
  settings: { [name: string]: unknown },
  flags: readonly Flag[],
  file: string,
  at: string,
  env: NodeJS.ProcessEnv,
): string[] {
  const known = new Map(flags.map((flag) => [camel(flag.name), flag]));
  return Object.entries(settings).flatMap(([name, value]) => {
    const flag = known.get(name);
    const where = `${file}: ${at}${name}`;
    if (!flag)
      throw new UsageError(
        `${where}: unknown setting${didYouMean(name, [...known.keys()])}; expected ${[...known.keys()].join(', ')}`,
      );
    if (flag.value === undefined) {
      if (typeof value !== 'boolean') throw new UsageError(`${where}: expected true or false, got ${describe(value)}`);
      return value ? [`--${flag.name}`] : [];
    }
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (Array.isArray(value) && !flag.repeatable) throw new UsageError(`${where}: expected ${flag.value}, got a list`);
    return values.map((one) => {
      if (typeof one !== 'string' && typeof one !== 'number')
        throw new UsageError(`${where}: expected ${flag.value}, got ${describe(one)}`);
      return `--${flag.name}=${withEnvironment(String(one), where, env)}`;
    });
  });
}

function withEnvironment(text: string, where: string, env: NodeJS.ProcessEnv): string {
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined) throw new UsageError(`${where}: expected the variable ${name} in the environment`);
    return value;
  });
}

async function contentOf(file: string): Promise<unknown> {
  if (!existsSync(file)) throw new UsageError(`--config ${file}: expected a file that can be read: there is none`);
  const extension = extname(file);
  if (/^\.[cm]?[jt]s$/.test(extension)) {
    try {
      return ((await import(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
    } catch (error) {
      throw new UsageError(`${file}: expected a module with a default export: ${(error as Error).message}`);
    }
  }
  // JSON is YAML.
  const document = parseDocument(await readFile(file, 'utf8'));
  const [broken] = document.errors;
  if (broken)
    throw new UsageError(
      `${file}: expected ${extension === '.json' ? 'JSON' : 'YAML'}: ${broken.message.split('\n')[0]}`,
    );
  return document.toJS();
}

/** `fail-on` -> `failOn`. */
export function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : Array.isArray(value) ? 'a list' : JSON.stringify(value).slice(0, 60);
}
