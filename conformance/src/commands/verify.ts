import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildReport } from '../report/build.ts';
import { ending } from '../report/exit-code.ts';
import type { Registry } from '../report/model.ts';
import { count } from '../report/text.ts';
import { readRunFile, type RunFile } from '../run-file.ts';
import { parseFlags } from './flags.ts';

/** `verify RUN`: 0 when the file is whole, unchanged, and its exit code follows from its events; else 1. */
export const verify: Command = async (args) => {
  const { positionals } = parseFlags(args, []);
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new UsageError(`verify: expected one run file, as written by --report run=FILE, got ${positionals.length}`);
  const run = await readRunFile(file);
  const problems = [...run.problems.map(({ message }) => message), ...contradictions(run)];
  if (problems.length > 0) {
    process.stdout.write(problems.map((problem) => `✗ ${problem}\n`).join(''));
    return 1;
  }
  const { tool, target } = run.header;
  const { scenarios, exchanges } = run.footer!.totals;
  const { outcome, exitCode } = run.end!;
  process.stdout.write(
    `✓ ${file} is whole and unchanged: ${tool.name} ${tool.version} against ${target.url}, ${count(scenarios, 'play')}, ${count(exchanges, 'exchange')}; ${outcome}, exit code ${exitCode}\n`,
  );
  return 0;
};

/** Where the footer says something else than the events. */
export function contradictions(run: RunFile, registry?: Registry): string[] {
  const { events, footer, end, scoring, file } = run;
  if (!footer || !end) return [];
  const plays = events.filter((event) => event.type === 'scenario-end');
  const counted = {
    scenarios: plays.length,
    findings: plays.reduce((sum, { findings }) => sum + findings.length, 0),
    exchanges: run.exchangeIds.count,
  };
  const found = (Object.keys(counted) as (keyof typeof counted)[])
    .filter((name) => counted[name] !== footer.totals[name])
    .map(
      (name) =>
        `${file}: the footer says ${count(footer.totals[name], name.slice(0, -1))}, its events hold ${counted[name]}`,
    );
  const { outcome, exitCode } = ending(buildReport(run, scoring, registry));
  if (outcome !== end.outcome || exitCode !== end.exitCode) {
    found.push(
      `${file}: the footer says ${end.outcome} (exit code ${end.exitCode}), its events mean ${outcome} (exit code ${exitCode})`,
    );
  }
  return found;
}
