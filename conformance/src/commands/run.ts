import { writeFile } from 'node:fs/promises';
import type { Command } from '../command.ts';
import { formatBaseline } from '../baseline.ts';
import type { RunFooter } from '../kit/run-log.ts';
import type { RunEntry } from '../kit/runner.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildReport } from '../report/build.ts';
import type { ConsoleOptions } from '../report/console-options.ts';
import { ending } from '../report/exit-code.ts';
import { acceptedReds } from '../report/expectation.ts';
import { painter, surface } from '../report/paint.ts';
import { createProgress, type Progress } from '../report/progress.ts';
import { createRunLog, runFileSink, temporarySink, type RunLog } from '../run-file.ts';
import { parseFlags } from './flags.ts';
import { isData, parseOutputs, prepareFile, RUN_OUTPUT, writeReports } from './outputs.ts';
import { readScoring, SCORING_FLAGS } from './scoring.ts';
import { readSettings, RUN_FLAGS, type Settings } from './settings.ts';
import { show } from './show.ts';

/** Runs the suite against a target, writes what was asked for, and tells of it. */
export const run: Command = async (args, tool) => {
  const flags = parseFlags(args, [...RUN_FLAGS, ...SCORING_FLAGS]);
  if (flags.positionals.length > 0)
    throw new UsageError(`unexpected ${JSON.stringify(flags.positionals[0])}; expected flags only`);
  const settings = readSettings(flags, process.env);
  const outputs = parseOutputs(flags.all('report'), [RUN_OUTPUT]);
  const { scoring, verbosity } = await readScoring(flags);
  const newBaseline = flags.one('write-baseline');
  const reason = flags.one('reason');
  if (reason !== undefined && newBaseline === undefined)
    throw new UsageError('--reason: is what --write-baseline FILE puts into its entries; expected that flag too');
  for (const { file } of outputs) await prepareFile('--report', file);
  if (newBaseline !== undefined) await prepareFile('--write-baseline', newBaseline);

  const runFile = outputs.find(({ format }) => format === RUN_OUTPUT.format)?.file;
  const sink = runFile === undefined ? await temporarySink() : runFileSink(runFile);
  await using log = createRunLog({
    headers: [...settings.headers, ...(settings.identity?.headers ?? [])],
    scoring,
    sink,
  });
  const footer = await play(settings, tool, log, progressFor(verbosity));

  const source = log.source(footer);
  const report = buildReport(source, scoring);
  try {
    await log.close(footer, ending(report));
  } finally {
    await show(report, [source], { verbosity, ...(outputs.some(isData) && { stream: process.stderr }) });
  }
  await writeReports(outputs, report, [source]);
  if (newBaseline !== undefined)
    await writeFile(newBaseline, formatBaseline(acceptedReds(report, scoring.baseline ?? [], reason)));
  return report.exitCode;
};

async function play(
  settings: Settings,
  command: { name: string; version: string },
  log: RunLog,
  progress: Progress,
): Promise<RunFooter> {
  const began = performance.now();
  const interrupted = new AbortController();
  // The first signal ends the run with a report; a second one ends the process as usual.
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const listen = (entry: RunEntry) => progress.listen(log.listen(entry));
  try {
    // Loaded once all is well: wrong usage is answered at once.
    const { runSuite } = await import('../kit/runner.ts');
    return await runSuite({ ...settings, command, signal: interrupted.signal }, listen);
  } catch (error) {
    if (error instanceof UsageError || !log.began) throw error;
    const message = `The suite broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    listen({ type: 'stop', outcome: 'error', message });
    return { durationMs: Math.round(performance.now() - began), totals: log.totals() };
  } finally {
    progress.done();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function progressFor(verbosity: ConsoleOptions['verbosity']): Progress {
  if (verbosity === 'quiet') return { listen: () => {}, done: () => {} };
  const { width, colors, live } = surface(process.stderr);
  return createProgress({
    write: (text) => process.stderr.write(text),
    paint: painter(colors),
    width,
    live,
    verbose: verbosity === 'verbose',
  });
}
