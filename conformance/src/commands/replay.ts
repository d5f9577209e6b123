import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Exchange } from '@agentproto/recording';
import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildReport } from '../report/build.ts';
import { citedExchanges } from '../report/cited.ts';
import { painter, surface } from '../report/paint.ts';
import { redBlock } from '../report/red-block.ts';
import { listReds, type Red } from '../report/reds.ts';
import { playOf, reproductionOf, reproductions } from '../report/repro/reproductions.ts';
import { createRunLog, readRunFile, type RunFile } from '../run-file.ts';
import { didYouMean } from '@agentproto/script';
import { CLIENT } from './client-flags.ts';
import { parseChoice, parseFlags } from './flags.ts';
import { readOwn, readSettings, RUN_FLAGS } from './settings.ts';

const FORMS = ['curl', 'script'] as const;
/** What the run file says itself. */
const KNOWN = new Set(['protocol', 'only', 'skip', 'write-baseline', 'reason', 'concurrency', 'seed']);

/**
 * `replay RUN#ID`: plays the scenarios in which a requirement was red again, on the same target; 1 when it still is, 0 when
 * it is not. `replay RUN#N`: sends an exchange again, with those that it needs. `--print curl|script`: says how to, and sends nothing.
 */
export const replay: Command = async (args, tool) => {
  const flags = parseFlags(args, [
    ...RUN_FLAGS.filter(({ name }) => !KNOWN.has(name)),
    { name: 'print', value: FORMS.join(' or ') },
  ]);
  const [where = '', ...more] = flags.positionals;
  const hash = where.lastIndexOf('#');
  const [file, id] = [where.slice(0, hash), where.slice(hash + 1)];
  if (hash <= 0 || id === '' || more.length > 0)
    throw new UsageError(
      'replay: expected RUN#ID, a run file and a requirement that is red there, or the number of an exchange',
    );
  const run = await readRunFile(file);
  if (run.header.target.url.startsWith(CLIENT))
    throw new UsageError(`replay: ${file} is of a client, which sends its requests itself; run \`client\` again`);
  const print = flags.one('print');
  const form = print === undefined ? undefined : parseChoice('--print', print, FORMS);
  if (/^\d+$/.test(id)) return sendAgain(run, Number(id), form, flags.one('target'));

  const report = buildReport(run, run.scoring);
  const reds = listReds(report);
  const red = reds.find(({ row }) => row.id === id.toUpperCase());
  if (!red) {
    const ids = reds.map(({ row }) => row.id);
    throw new UsageError(
      `replay: ${id} is not red in ${file}${didYouMean(id, ids)}; red are ${ids.join(', ') || 'none'}`,
    );
  }
  if (form) {
    const made = (await reproductions(report, [run], red.row.id)).get(red.row.id);
    if (!made)
      throw new UsageError(`replay: ${red.row.id} was seen in no exchange; \`replay ${where}\` plays it again`);
    process.stdout.write(made[form]);
    return 0;
  }
  const { target, options, profile, seed } = run.header;
  const given = parseFlags(
    [
      ...args.filter((arg) => arg !== where),
      ...(flags.has('target') ? [] : ['--target', target.url]),
      ...(flags.has('profile') ? [] : ['--profile', profile]),
    ],
    RUN_FLAGS,
  );
  const settings = { ...readSettings(given, process.env), ...(await readOwn(given)) };
  const timeoutMs = flags.has('timeout') ? settings.timeoutMs : Number(options['timeoutMs']) || settings.timeoutMs;
  const scenarios = new Set(red.failures.map(({ scenario }) => scenario.id));
  const { runSuite } = await import('../kit/runner.ts');
  await using log = createRunLog({
    headers: [...settings.headers, ...(settings.identity?.headers ?? [])],
    scoring: run.scoring,
  });
  const footer = await runSuite(
    {
      ...settings,
      protocols: Object.keys(run.header.revisions),
      seed,
      timeoutMs,
      command: tool,
      plays: ({ id: name, proves }) =>
        scenarios.size > 0 ? scenarios.has(name) : (proves as readonly string[]).includes(red.row.id),
    },
    (entry) => void log.listen(entry),
  );
  const source = log.source(footer);
  const again = buildReport(source, { ...run.scoring, baseline: undefined });
  const now = listReds(again).find(({ row }) => row.id === red.row.id);
  const { width, colors } = surface(process.stdout);
  if (now) {
    const exchange = await citedExchanges(again, [source]);
    process.stdout.write(
      `${redBlock(now, { width, paint: painter(colors), verbosity: 'verbose', exchange }).join('\n')}\n\n  still red\n`,
    );
    return 1;
  }
  return tellGreen(
    red,
    again.requirements.find(({ id: one }) => one === red.row.id),
    again.stopped?.message,
  );
};

function tellGreen(
  red: Red,
  now: { verdict: string; reason?: string } | undefined,
  stopped: string | undefined,
): number {
  const { id } = red.row;
  if (now?.verdict === 'pass' || now?.verdict === 'observed') {
    process.stdout.write(`✓ ${id} is no longer ${red.row.verdict}: ${now.verdict}\n`);
    return 0;
  }
  const why = stopped ?? now?.reason ?? 'it was not looked at';
  process.stdout.write(`? ${id} could not be told this time: ${now?.verdict ?? 'not-run'}: ${why}\n`);
  return 3;
}

async function sendAgain(
  run: RunFile,
  id: number,
  form: (typeof FORMS)[number] | undefined,
  target: string | undefined,
): Promise<number> {
  const near = new Map<string, Exchange[]>();
  let found: Exchange | undefined;
  for await (const exchange of run.exchanges()) {
    if (exchange.id === id) found = exchange;
    const label = exchange.label ?? '';
    near.set(label, [...(near.get(label) ?? []).slice(-200), exchange]);
    if (found && exchange.request.atMs > (found.end?.atMs ?? Infinity) + 1_000) break;
  }
  const { least, most } = run.exchangeIds;
  if (!found)
    throw new UsageError(`replay: there is no exchange ${id} in ${run.file}; expected one of ${least} to ${most}`);
  const about = {
    title: `exchange ${id} of ${run.file}`,
    expected: 'see the report',
    actual: `${found.response?.status ?? 'no answer'}`,
  };
  const made = reproductionOf(found, playOf(found, near.get(found.label ?? '') ?? [found], run), about);
  if (form) {
    process.stdout.write(made[form]);
    return 0;
  }
  const child = spawn(process.execPath, ['--input-type=module', '-', ...(target === undefined ? [] : [target])], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(made.script);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0 ? 0 : 5;
}
