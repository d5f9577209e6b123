import { randomUUID } from 'node:crypto';
import { citedExchanges } from '../report/cited.ts';
import { renderConsole } from '../report/console.ts';
import type { ConsoleOptions } from '../report/console-options.ts';
import type { RunSource } from '../report/judgement.ts';
import type { Report } from '../report/model.ts';
import { painter, surface } from '../report/paint.ts';

export interface ShowOptions {
  verbosity: ConsoleOptions['verbosity'];
  /** Default: standard output. */
  stream?: NodeJS.WriteStream;
}

/** Prints a report for people. */
export async function show(report: Report, runs: readonly RunSource[], options: ShowOptions): Promise<void> {
  const { verbosity, stream = process.stdout } = options;
  const { width, colors } = surface(stream);
  // The verdict is told even where the exchanges cannot be read again.
  const exchange = await citedExchanges(report, runs, verbosity === 'verbose' ? 'all' : 'first').catch(() => undefined);
  const text = renderConsole(report, { width, paint: painter(colors), verbosity, exchange });
  stream.write(`${verbosity === 'quiet' ? '' : '\n'}${process.env['GITHUB_ACTIONS'] === 'true' ? inert(text) : text}`);
}

/** GitHub's runner obeys lines that begin with `::`, whoever wrote them: what a target sends must not be one. */
function inert(text: string): string {
  const word = randomUUID();
  return `::stop-commands::${word}\n${text}::${word}::\n`;
}
