import { randomInt } from 'node:crypto';
import { createRequire } from 'node:module';
import { createReferenceServer } from '@agentproto/reference-server';
import { parseFlags } from '../commands/flags.ts';
import { show } from '../commands/show.ts';
import { families, familiesNamed } from '../families.ts';
import { runSuite } from '../kit/runner.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildMergedReport } from '../report/build.ts';
import type { RunSource } from '../report/judgement.ts';
import { painter, surface } from '../report/paint.ts';
import { createProgress } from '../report/progress.ts';
import { createRunLog } from '../run-file.ts';
import { fixtures, playsOn, type Fixture } from './fixtures.ts';

const HELP = `Starts the reference server in each of its set-ups, runs the whole suite against it, and says one verdict.

  --protocol ID,ID   only these: ${families.map(({ id }) => id).join(', ')}
  --verbose          every requirement, every failure in full
`;

/** `pnpm start` */
async function start(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args[0] === '--' ? args.slice(1) : args, [
    { name: 'protocol', value: 'protocol ids such as a2a@1.0' },
    { name: 'verbose' },
    { name: 'help' },
  ]);
  if (flags.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const named = flags.one('protocol');
  const wanted = new Set((named === undefined ? families : familiesNamed(named.split(','))).map(({ id }) => id));
  const runs: RunSource[] = [];
  for (const fixture of fixtures) {
    const protocols = fixture.protocols.filter((id) => wanted.has(id));
    if (protocols.length > 0) runs.push(await judge(fixture, protocols));
  }
  const report = buildMergedReport(runs, { failOn: 'should', allowIncomplete: false });
  await show(report, runs, { verbosity: flags.has('verbose') ? 'verbose' : 'normal' });
  return report.exitCode;
}

async function judge(fixture: Fixture, protocols: readonly string[]): Promise<RunSource> {
  const { name, options, headers = [], identity, at, around } = fixture;
  const { width, colors, live } = surface(process.stderr);
  const progress = createProgress({
    write: (text) => process.stderr.write(text),
    paint: painter(colors),
    width,
    live,
    verbose: false,
  });
  await using server = await createReferenceServer({ ...options, protocols });
  const target = at === undefined ? server.url : server.urls[at]!;
  process.stderr.write(`reference server (${name}) at ${target}\n`);
  await using log = createRunLog({ headers, scoring: { failOn: 'should', allowIncomplete: false } });
  const footer = await runSuite(
    {
      target,
      protocols,
      only: [],
      skip: [],
      headers,
      identity,
      around: around?.(server),
      plays: playsOn(fixture),
      concurrency: 4,
      timeoutMs: 3_000,
      deadlineMs: 600_000,
      seed: randomInt(2 ** 31),
      command: createRequire(import.meta.url)('agentproto-conformance/package.json') as {
        name: string;
        version: string;
      },
    },
    (entry) => progress.listen(log.listen(entry)),
  );
  progress.done();
  return log.source(footer);
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
