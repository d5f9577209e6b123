import type { Exchange } from '@agentproto/recording';
import { renderConsole } from '../report/console.ts';
import type { ConsoleOptions } from '../report/console-options.ts';
import type { RunRecord } from '../report/judgement.ts';
import type { Report } from '../report/model.ts';
import { painter, surface } from '../report/paint.ts';

/** Prints a report on standard output. */
export function show(report: Report, runs: readonly RunRecord[], verbosity: ConsoleOptions['verbosity']): void {
  const { width, colors } = surface(process.stdout);
  process.stdout.write(
    `${verbosity === 'quiet' ? '' : '\n'}${renderConsole(report, { width, paint: painter(colors), verbosity, exchange: exchangesOf(runs) })}`,
  );
}

function exchangesOf(runs: readonly RunRecord[]): (run: number, id: number) => Exchange | undefined {
  const byId = runs.map(
    ({ events }) =>
      new Map(
        events.flatMap((event) => (event.type === 'exchange' ? [[event.exchange.id, event.exchange] as const] : [])),
      ),
  );
  return (run, id) => byId[run]?.get(id);
}
