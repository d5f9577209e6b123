import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requirements } from '@agentproto/rules';
import { families } from '../families.ts';
import { UsageError } from '../kit/usage-error.ts';
import type { OwnScenarios } from './scenarios.ts';

/** Scenarios of the user's own, and the file that they are from. */
export interface OwnFile {
  /** Relative to the working directory. */
  file: string;
  own: OwnScenarios;
}

const REQUIREMENT_ID = /^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+-\d+$/;
const SCENARIO_ID = /^[a-z0-9-]+(?:\/[a-z0-9-]+)+$/;
const LEVELS = ['must', 'should', 'may', 'observe'];

/**
 * Imports files of scenarios; Node runs TypeScript as it is.
 * @param patterns paths, with `*` and `**`
 * @throws UsageError that says which file is wrong in which way
 */
export async function loadOwn(patterns: readonly string[], cwd = process.cwd()): Promise<OwnFile[]> {
  const paths = patterns.flatMap((pattern) => {
    const found = globSync(pattern, { cwd });
    if (found.length === 0) throw new UsageError(`--scenarios ${pattern}: there is no such file`);
    return found.toSorted().map((file) => resolve(cwd, file));
  });
  const files: OwnFile[] = [];
  for (const path of new Set(paths)) {
    const file = relative(cwd, path);
    const wrong = (message: string) => new UsageError(`--scenarios ${file}: ${message}`);
    let exports: { default?: unknown };
    try {
      exports = (await import(pathToFileURL(path).href)) as typeof exports;
    } catch (error) {
      throw wrong(`cannot be imported: ${error instanceof Error ? error.message : String(error)}`);
    }
    const own = exports.default;
    if (!isObject(own) || !isObject(own.requirements) || !Array.isArray(own.scenarios))
      throw wrong('expected `export default defineScenarios({ protocol, requirements, scenarios })`');
    files.push({ file, own: own as unknown as OwnScenarios });
    checkOwn(files, wrong);
  }
  return files;
}

/** Holds the last file against what there is without it. */
function checkOwn(files: readonly OwnFile[], wrong: (message: string) => UsageError): void {
  const { own } = files.at(-1)!;
  const before = files.slice(0, -1);
  const known = families.map(({ id }) => id);
  if (!known.some((id) => id === own.protocol || id.startsWith(`${own.protocol}@`)))
    throw wrong(`protocol: expected one of ${known.join(', ')}; got ${JSON.stringify(own.protocol)}`);
  for (const [id, requirement] of Object.entries(own.requirements)) {
    if (!REQUIREMENT_ID.test(id)) throw wrong(`requirements: expected an id such as ACME-GREET-001; got ${id}`);
    if (Object.hasOwn(requirements, id)) throw wrong(`requirements: ${id} is a row of the suite; take another prefix`);
    const other = before.find((one) => Object.hasOwn(one.own.requirements, id));
    if (other) throw wrong(`requirements: ${id} is in ${other.file} too`);
    if (!isObject(requirement) || typeof requirement.statement !== 'string' || requirement.statement === '')
      throw wrong(`requirements: ${id} has no statement: expected the rule in one sentence`);
    if (!LEVELS.includes(requirement.level))
      throw wrong(`requirements: ${id}.level: expected ${LEVELS.join(', ')}; got ${JSON.stringify(requirement.level)}`);
    const { bindings, sideBinding } = families.find(({ id: one }) => one.startsWith(own.protocol))!;
    const odd = (requirement.binding ?? []).find((one) => !bindings.includes(one) && one !== sideBinding);
    if (odd !== undefined)
      throw wrong(`requirements: ${id}.binding: expected ${[...bindings, sideBinding].join(', ')}; got ${odd}`);
  }
  const taken = new Map(
    [...families.flatMap(({ scenarios }) => scenarios), ...before.flatMap((one) => one.own.scenarios)].map(
      ({ id }) => [id, true] as const,
    ),
  );
  for (const scenario of own.scenarios) {
    const { id, title, proves, play } = scenario;
    if (typeof id !== 'string' || !SCENARIO_ID.test(id))
      throw wrong(`scenarios: expected an id such as acme/greeting; got ${JSON.stringify(id)}`);
    if (taken.has(id)) throw wrong(`scenarios: there is a ${id} already`);
    taken.set(id, true);
    if (typeof title !== 'string' || typeof play !== 'function')
      throw wrong(`scenarios: ${id}: expected a title and a function play`);
    if (!Array.isArray(proves) || proves.length === 0)
      throw wrong(`scenarios: ${id}: proves: expected ids of requirements`);
    const unknown = (proves as string[]).find((one) => !Object.hasOwn(own.requirements, one));
    if (unknown !== undefined) throw wrong(`scenarios: ${id}: proves ${unknown}, which is not in its requirements`);
  }
  const proved = new Set(own.scenarios.flatMap(({ proves }) => proves));
  const idle = Object.keys(own.requirements).find((id) => !proved.has(id));
  if (idle !== undefined) throw wrong(`requirements: no scenario proves ${idle}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
