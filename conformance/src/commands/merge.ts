import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildMergedReport } from '../report/build.ts';
import { readRunFile } from '../run-file.ts';
import { parseFlags } from './flags.ts';
import { isData, parseOutputs, prepareFile, writeReports } from './outputs.ts';
import { readScoring, SCORING_FLAGS } from './scoring.ts';
import { show } from './show.ts';

/** `merge RUN…`: several run files of one suite version as one report. */
export const merge: Command = async (args) => {
  const flags = parseFlags(args, SCORING_FLAGS);
  if (flags.positionals.length === 0)
    throw new UsageError('merge: expected run files, as written by --report run=FILE');
  const outputs = parseOutputs(flags.all('report'));
  const { scoring, verbosity } = await readScoring(flags);
  const runs = [];
  for (const file of flags.positionals) {
    const run = await readRunFile(file);
    const changed = run.problems.find(({ kind }) => kind === 'edited');
    if (changed) throw new UsageError(`merge: ${changed.message}; \`verify ${file}\` says more`);
    runs.push(run);
  }
  for (const { file } of outputs) await prepareFile('--report', file);
  const report = buildMergedReport(runs, scoring);
  await show(report, runs, { verbosity, ...(outputs.some(isData) && { stream: process.stderr }) });
  await writeReports(outputs, report, runs);
  return report.exitCode;
};
