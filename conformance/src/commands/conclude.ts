import { writeFile } from 'node:fs/promises';
import { formatBaseline } from '../baseline.ts';
import { UsageError } from '../kit/usage-error.ts';
import type { ConsoleOptions } from '../report/console-options.ts';
import { acceptedReds } from '../report/expectation.ts';
import type { RunSource } from '../report/judgement.ts';
import type { Report, Scoring } from '../report/model.ts';
import type { Flags } from './flags.ts';
import { isData, prepareFile, writeReports, type Output } from './outputs.ts';
import { show } from './show.ts';

/** What is left of a run when it is over. */
export interface Conclusion {
  scoring: Scoring;
  verbosity: ConsoleOptions['verbosity'];
  outputs: readonly Output[];
  newBaseline: string | undefined;
  reason: string | undefined;
}

/** Where a new baseline goes, and why its entries are accepted. @throws UsageError for a reason without one. */
export function readNewBaseline(flags: Flags): Pick<Conclusion, 'newBaseline' | 'reason'> {
  const newBaseline = flags.one('write-baseline');
  const reason = flags.one('reason');
  if (reason !== undefined && newBaseline === undefined)
    throw new UsageError('--reason: is what --write-baseline FILE puts into its entries; expected that flag too');
  return { newBaseline, reason };
}

/** Sees to it before a run that all files can be written. */
export async function prepareFiles({
  outputs,
  newBaseline,
}: Pick<Conclusion, 'outputs' | 'newBaseline'>): Promise<void> {
  for (const { file } of outputs) await prepareFile('--report', file);
  if (newBaseline !== undefined) await prepareFile('--write-baseline', newBaseline);
}

/** Shows the report of a run, and writes all that was asked for. `broken`: why the log of the run could not be written. */
export async function conclude(
  report: Report,
  sources: readonly RunSource[],
  { scoring, verbosity, outputs, newBaseline, reason }: Conclusion,
  broken?: unknown,
): Promise<void> {
  await show(report, sources, { verbosity, ...(outputs.some(isData) && { stream: process.stderr }) });
  // What could not be written is told after the verdict.
  if (broken) throw broken;
  await writeReports(outputs, report, sources);
  if (newBaseline !== undefined)
    await writeFile(newBaseline, formatBaseline(acceptedReds(report, scoring.baseline ?? [], reason)));
}
