import { readdirSync } from 'node:fs';
import type { Command } from './command.ts';
import { UsageError } from './kit/usage-error.ts';
import { didYouMean } from '@agentproto/script';
import { readTool } from './tool.ts';

// Loaded when they are called: `--help` must answer at once.
const commands: Record<string, () => Promise<Command>> = {
  list: async () => (await import('./commands/list.ts')).list,
  explain: async () => (await import('./commands/explain.ts')).explain,
  merge: async () => (await import('./commands/merge.ts')).merge,
  replay: async () => (await import('./commands/replay.ts')).replay,
  record: async () => (await import('./commands/record.ts')).record,
  check: async () => (await import('./commands/check.ts')).check,
  client: async () => (await import('./commands/client.ts')).client,
  init: async () => (await import('./commands/init.ts')).init,
  diff: async () => (await import('./commands/diff.ts')).diff,
  completion: async () => (await import('./commands/completion.ts')).completion,
  show: async () => (await import('./commands/exchange.ts')).showExchange,
  verify: async () => (await import('./commands/verify.ts')).verify,
};

const HELP = `Does your agent server keep its protocol? A verdict for each requirement.

  agentproto-conformance --target URL [flags]

  list [GLOB] [--format table|json]   all requirements, checked or not
  explain ID                 one of them, and what checks it
  merge RUN...               reports of run files, several as one
  verify RUN                 whether a run file is unchanged
  show RUN N                 exchange N of a run file, whole
  replay RUN#ID              a red again; --print curl|script says how
  diff OLD NEW               what changed; --format text|markdown|json
  client [flags] -- COMMAND  judges a client, which is run against the reference
                             server at AGENTPROTO_URL
  record --target URL FIXTURE [-- COMMAND]   what a server answers, for the
                             reference server to play again (--replay FIXTURE)
  check FIXTURE              judges such a recording; nothing is sent
  init                       writes a configuration, and a workflow for GitHub
  completion SHELL           for bash, zsh, fish

  --target URL               base URL of the agent server
  --config FILE              flags in a file; default: agentproto.config.* here
  --protocol ID,ID | auto    such as a2a@1.0; default: what is recognised there
  --header "Name: value"     sent with every request, never written; repeatable
  --bearer TOKEN             or the environment variable AGENTPROTO_TOKEN
  --identity NAME=TOKEN      a second caller; or AGENTPROTO_IDENTITY
  --webhook-listen HOST:PORT --webhook-url URL  where webhook calls are taken
  --card-key FILE            verifies the card's signatures: a JWK or a JWK Set
  --model ID                 which model is asked; default: the first listed
  --mailbox URL --device-approve URL --stripe-secret SECRET  around accounts
  --profile script|tck|echo|probe|FILE   how the agent is brought to do things
  --only GLOB,GLOB           requirements or scenarios, like 'A2A10-STREAM-*';
  --skip GLOB,GLOB           leaves them out; both repeatable
  --scenarios FILE           scenarios of your own; see docs/scenarios.md
  --fail-on must|should|any  what makes the run fail; default: a broken MUST
  --allow-incomplete         what could not be judged does not fail the run
  --as-of VERSION            do not score requirements that came later
  --baseline FILE            expected reds; one is written by
                             --write-baseline FILE [--reason TEXT]
  --report NAME[=FILE]       run (the log of the run), html, json, junit, sarif,
                             markdown, har, github, badge; - is stdout
  --ui                       the HTML page while the run goes on, on loopback
  --watch                    again when the target is back, or a file changed
  --repeat N                 each scenario N times: how often a rule holds
  --scenario NAME,NAME       of client: what it is put before; default: all
  --timeout 10s              longest silence that is waited for; of client: run
  --deadline 2m              the whole run
  --concurrency 4  --seed N  --quiet  --verbose  --version  --help

Exit codes: 0 conforms, 1 violation, 2 wrong usage, 3 incomplete, 4 unreachable,
5 the suite failed.
`;

/** Runs the command line and resolves to its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { name, version } = readTool();
  // `pnpm start -- --protocol X` passes the hyphens on.
  const rest = args[0] === '--' ? args.slice(1) : [...args];
  // What comes after the hyphens is for the client that is judged.
  const hyphens = rest.indexOf('--');
  const own = hyphens < 0 ? rest : rest.slice(0, hyphens);
  // Whoever has a configuration need say nothing.
  const isBare = rest.length === 0 && !readdirSync('.').some((name) => name.startsWith('agentproto.config.'));
  if (isBare || own.includes('--help') || own.includes('-h')) {
    (isBare ? process.stderr : process.stdout).write(HELP);
    return isBare ? 2 : 0;
  }
  if (own.includes('--version')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  try {
    const command = await commandFor(rest);
    return await command(rest, { name, version });
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${name}: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(`${name}: ${describeFault(error)}\n`);
    return 5;
  }
}

function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A full disk and its like: the sentence of the system says it all.
  if ('syscall' in error) return error.message;
  return `this is a fault of the suite, not of the target: ${error.stack ?? error.message}`;
}

/** Takes the verb off `args`; without a verb it is a run. */
async function commandFor(args: string[]): Promise<Command> {
  const verb = args[0];
  if (verb === undefined || verb.startsWith('-')) return (await import('./commands/run.ts')).run;
  const load = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (!load) {
    const names = Object.keys(commands);
    throw new UsageError(
      `unknown command ${verb}${didYouMean(verb, names)}; expected ${names.join(', ')}, or --target URL for a run`,
    );
  }
  args.shift();
  return load();
}

// A reader that has seen enough (`list | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? process.exitCode : 5),
);
process.exitCode = await main(process.argv.slice(2));
// Whatever a target still holds open does not hold us.
setTimeout(() => process.exit(), 1_000).unref();
