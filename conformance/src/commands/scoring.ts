import { readFile } from 'node:fs/promises';
import { requirements } from '@agentproto/rules';
import { parseBaseline, type BaselineEntry } from '../baseline.ts';
import { UsageError } from '../kit/usage-error.ts';
import type { ConsoleOptions } from '../report/console-options.ts';
import { FAIL_ON, type Scoring } from '../report/model.ts';
import { parseChoice, type Flag, type Flags } from './flags.ts';

/** Flags that say how runs are scored and shown: `run` and `merge` share them. */
export const SCORING_FLAGS: readonly Flag[] = [
  { name: 'fail-on', value: FAIL_ON.join(', ') },
  { name: 'allow-incomplete' },
  { name: 'as-of', value: 'a suite version' },
  { name: 'baseline', value: 'a file' },
  { name: 'report', value: 'FORMAT=FILE', repeatable: true },
  { name: 'quiet' },
  { name: 'verbose' },
];

/**
 * @param own ids of requirements that users have added
 * @throws UsageError also for a baseline file that cannot be read or says something wrong
 */
export async function readScoring(
  flags: Flags,
  own: readonly string[] = [],
): Promise<{ scoring: Scoring; verbosity: ConsoleOptions['verbosity'] }> {
  if (flags.has('quiet') && flags.has('verbose')) throw new UsageError('--quiet --verbose: expected one of them');
  const asOf = flags.one('as-of');
  if (asOf !== undefined && !/^\d+\.\d+\.\d+/.test(asOf))
    throw new UsageError(`--as-of ${asOf}: expected a suite version such as 1.2.0`);
  return {
    scoring: {
      failOn: parseChoice('--fail-on', flags.one('fail-on') ?? 'must', FAIL_ON),
      allowIncomplete: flags.has('allow-incomplete'),
      ...(asOf !== undefined && { asOf }),
      baseline: await readBaseline(flags.one('baseline'), own),
    },
    verbosity: flags.has('quiet') ? 'quiet' : flags.has('verbose') ? 'verbose' : 'normal',
  };
}

async function readBaseline(file: string | undefined, own: readonly string[]): Promise<BaselineEntry[] | undefined> {
  if (file === undefined) return undefined;
  let source: string;
  try {
    source = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--baseline ${file}: expected a file that can be read: ${(error as Error).message}`);
  }
  return parseBaseline(source, file, [...Object.keys(requirements), ...own]);
}
