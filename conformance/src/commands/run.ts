import { existsSync } from 'node:fs';
import type { Command } from '../command.ts';
import type { RunFooter } from '../kit/run-log.ts';
import type { RunEntry } from '../kit/runner.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildMergedReport, buildReport } from '../report/build.ts';
import type { ConsoleOptions } from '../report/console-options.ts';
import { ending } from '../report/exit-code.ts';
import type { RunSource } from '../report/judgement.ts';
import { painter, surface } from '../report/paint.ts';
import { createProgress, type Progress } from '../report/progress.ts';
import { createRunLog, runFileSink, temporarySink, type RunLog } from '../run-file.ts';
import { conclude, prepareFiles, readNewBaseline } from './conclude.ts';
import { CONFIG_FLAG, findConfig, overlaid, readConfig } from './config.ts';
import { parseFlags, type Flags } from './flags.ts';
import { numbered, parseOutputs, RUN_OUTPUT } from './outputs.ts';
import { readScoring, SCORING_FLAGS } from './scoring.ts';
import { readOwn, readSettings, RUN_FLAGS, type Settings } from './settings.ts';

/** Runs the suite against a target, or against each that a configuration names, writes what was asked for, and tells of it. */
export const run: Command = async (args, tool) => {
  const { shared, targets } = await configured(args);
  const flags = parseFlags(shared, FLAGS);
  if (flags.positionals.length > 0)
    throw new UsageError(`unexpected ${JSON.stringify(flags.positionals[0])}; expected flags only`);
  const jobs: Settings[] = [];
  for (const own of targets.length > 0 ? targets : [[]]) {
    const given = parseFlags(overlaid(shared, own), FLAGS);
    jobs.push({ ...readSettings(given, process.env), ...(await readOwn(given)) });
  }
  if (flags.has('watch')) return watched(args, flags, jobs);
  const outputs = parseOutputs(flags.all('report'), [RUN_OUTPUT]);
  // The page that was watched stays as a file.
  if (flags.has('ui') && !outputs.some(({ format }) => format === 'html')) outputs.push(...parseOutputs(['html']));
  const { scoring, verbosity } = await readScoring(
    flags,
    jobs.flatMap(({ own = [] }) => own.flatMap((one) => Object.keys(one.own.requirements))),
  );
  const conclusion = { scoring, verbosity, outputs, ...readNewBaseline(flags) };
  await prepareFiles(conclusion);

  const runFile = outputs.find(({ format }) => format === RUN_OUTPUT.format)?.file;
  const logs: RunLog[] = [];
  const view = flags.has('ui') ? await (await import('./live-view.ts')).serveLive(scoring) : undefined;
  if (view) process.stderr.write(`watch it at ${view.url}\n`);
  try {
    const sources: RunSource[] = [];
    let broken: unknown;
    for (const [index, settings] of jobs.entries()) {
      const file = runFile !== undefined && jobs.length > 1 ? numbered(runFile, index + 1) : runFile;
      const log = createRunLog({
        headers: [...settings.headers, ...(settings.identity?.headers ?? [])],
        scoring,
        sink: file === undefined ? await temporarySink() : runFileSink(file),
      });
      logs.push(log);
      view?.begin(() => (log.began ? log.record() : undefined));
      const progress = progressFor(verbosity);
      const listen = (entry: RunEntry) => {
        progress.listen(entry);
        view?.listen(entry);
      };
      const footer = await play(settings, tool, log, { listen, done: progress.done });
      const source = log.source(footer);
      sources.push(source);
      // What could not be written is told after the verdict.
      await log.close(footer, ending(buildReport(source, scoring))).catch((error: unknown) => (broken ??= error));
    }
    const report = sources.length > 1 ? buildMergedReport(sources, scoring) : buildReport(sources[0]!, scoring);
    await conclude(report, sources, conclusion, broken);
    const page = outputs.find(({ format }) => format === 'html');
    if (view && page) process.stderr.write(`the page is ${page.file}\n`);
    return report.exitCode;
  } finally {
    await view?.[Symbol.asyncDispose]();
    for (const log of logs) await log[Symbol.asyncDispose]();
  }
};

const FLAGS = [...RUN_FLAGS, ...SCORING_FLAGS, CONFIG_FLAG, { name: 'ui' }, { name: 'watch' }];

/** Runs again and again, until it is interrupted. */
async function watched(args: readonly string[], flags: Flags, jobs: readonly Settings[]): Promise<number> {
  const other = ['ui', 'write-baseline'].find((name) => flags.has(name));
  if (other !== undefined) throw new UsageError(`--${other}: is for one run; --watch has many`);
  if (jobs.length > 1) throw new UsageError('--watch: expected one target; say which with --target URL');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  const own = jobs.flatMap((job) => (job.own ?? []).map(({ file }) => file));
  const named = ['config', 'baseline', 'profile', 'card-key'].flatMap((name) => flags.one(name) ?? []);
  const { watchRuns } = await import('./watch.ts');
  return watchRuns({
    args: args.filter((arg) => arg !== '--watch'),
    targets: jobs.map(({ target }) => new URL(target)),
    files: [...new Set([...own, ...named, findConfig(process.cwd()) ?? []].flat())].filter((file) => existsSync(file)),
    signal: stop.signal,
    write: (text) => void process.stderr.write(text),
  });
}

/** The arguments with those of the configuration before them; `--target` is one target, whatever the configuration names. */
async function configured(args: readonly string[]): Promise<{ shared: string[]; targets: string[][] }> {
  const given = parseFlags(args, FLAGS);
  const file = given.one('config') ?? findConfig(process.cwd());
  if (file === undefined) return { shared: [...args], targets: [] };
  const config = await readConfig(file, process.env);
  const alone = given.has('target') || config.targets.length === 0;
  return {
    shared: overlaid(config.shared, args),
    // What is said on the command line holds for every target.
    targets: alone ? [] : config.targets.map((own) => [...overlaid(own, args).filter((arg) => own.includes(arg))]),
  };
}

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
