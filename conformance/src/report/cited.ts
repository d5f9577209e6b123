import type { Exchange } from '@agentproto/recording';
import type { ExchangeLookup } from './format.ts';
import type { RunSource } from './judgement.ts';
import type { Report } from './model.ts';
import { listReds } from './reds.ts';

/**
 * The exchanges that the failures of a report point at.
 * @param which of each red the first failure, or all of them; a target that is broken everywhere has thousands.
 */
export async function citedExchanges(
  report: Report,
  runs: readonly RunSource[],
  which: 'first' | 'all' = 'first',
): Promise<ExchangeLookup> {
  const wanted = runs.map(() => new Set<number>());
  for (const { failures } of listReds(report))
    for (const { scenario, failure } of which === 'all' ? failures : failures.slice(0, 1))
      if (failure.exchange !== null) wanted[scenario.run ?? 0]?.add(failure.exchange);

  const found = runs.map(() => new Map<number, Exchange>());
  for (const [index, run] of runs.entries()) {
    const ids = wanted[index]!;
    if (ids.size === 0) continue;
    for await (const exchange of run.exchanges()) {
      if (ids.delete(exchange.id)) found[index]!.set(exchange.id, exchange);
      if (ids.size === 0) break;
    }
  }
  return (run, id) => found[run]?.get(id);
}
