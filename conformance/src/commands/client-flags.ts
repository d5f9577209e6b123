import { UsageError } from '../kit/usage-error.ts';
import { CONFIG_FLAG, overlaid, readConfig } from './config.ts';
import { parseFlags, type Flag, type Flags } from './flags.ts';
import { SCORING_FLAGS } from './scoring.ts';
import { RUN_FLAGS } from './settings.ts';

/** How the targets of runs begin that are of clients. */
export const CLIENT = 'client:';

/** They say what to do this once: no configuration has them. */
const ONCE: readonly Flag[] = [
  { name: 'write-baseline', value: 'a file' },
  { name: 'reason', value: 'a sentence that says why the reds are accepted' },
];
const SETTINGS: readonly Flag[] = [
  { name: 'protocol', value: 'a protocol id such as a2a@1.0' },
  { name: 'scenario', value: 'names separated by commas', repeatable: true },
  { name: 'timeout', value: 'a duration such as 60s' },
  { name: 'only', value: 'a pattern such as A2A10-CLI-*', repeatable: true },
  { name: 'skip', value: 'a pattern such as A2A10-CLI-*', repeatable: true },
  ...SCORING_FLAGS,
];

export const CLIENT_FLAGS: readonly Flag[] = [...SETTINGS, ...ONCE];

/** Why a flag of runs against servers is none of this command, where that is not plain. */
const INSTEAD: { readonly [name: string]: string } = {
  target: 'your client gets the URL of the server that is started for it in AGENTPROTO_URL',
  ui: 'scenarios are played side by side; --report html makes the page',
  watch: 'start it again when your client has changed',
  concurrency: 'as many clients as there are processors are run at a time, and at most 4',
  scenarios: 'say with --scenario NAME which of them are played',
};

/** Reads the arguments before the hyphens, and those of the file that `--config` names. @throws UsageError */
export async function readClientFlags(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Flags> {
  const known = [...CLIENT_FLAGS, CONFIG_FLAG];
  const ofServers = [...RUN_FLAGS, { name: 'ui' }, { name: 'watch' }].filter(
    ({ name }) => !known.some((one) => one.name === name),
  );
  const given = parseFlags(args, [...known, ...ofServers]);
  const other = ofServers.find(({ name }) => given.has(name));
  if (other)
    throw new UsageError(
      `client --${other.name}: is of runs against servers; ${INSTEAD[other.name] ?? `expected of ${known.map(({ name }) => `--${name}`).join(', ')}`}`,
    );
  // One that is found in the folder says how servers are judged: it has to be named.
  const file = given.one('config');
  if (file === undefined) return given;
  return parseFlags(overlaid((await readConfig(file, env, SETTINGS)).shared, args), known);
}
