import type { Exchange } from '@agentproto/recording';
import { tokensMade, tokensSent, type Origin } from './tokens.ts';

/** One request of a reproduction. */
export interface Step {
  exchange: Exchange;
  /** A later step begins while this one is answered. */
  inBackground: boolean;
  /** Values of this answer that later steps send, and what to call them. */
  captures: { name: string; value: string; path: Origin['path'] }[];
}

export interface Steps {
  steps: Step[];
  /** The one that shows the red. */
  last: Step;
  /** Every captured value, by what stands for it. */
  names: ReadonlyMap<string, string>;
}

/**
 * What has to be sent again to see one exchange of a play: it, the exchanges whose answers it takes values from, and
 * those that changed what these values name. Reads that nothing depends on are left out.
 */
export function stepsTo(target: Exchange, play: readonly Exchange[]): Steps {
  const untilMs = target.end?.atMs ?? Infinity;
  const before = play
    .filter(({ id, request }) => id === target.id || request.atMs <= untilMs)
    .toSorted((a, b) => a.request.atMs - b.request.atMs);
  const made = tokensMade(before);
  const needed = new Set<Exchange>([target]);
  const used = new Set<string>();
  const need = (exchange: Exchange) => {
    needed.add(exchange);
    for (const token of tokensSent(exchange)) {
      const origin = made.get(token);
      if (!origin || origin.exchange === exchange) continue;
      used.add(token);
      if (!needed.has(origin.exchange)) need(origin.exchange);
    }
  };
  need(target);
  for (let grew = true; grew;) {
    grew = false;
    for (const exchange of before) {
      if (needed.has(exchange) || isRead(exchange)) continue;
      const concerns = tokensSent(exchange).some((token) => {
        const origin = made.get(token);
        return origin && needed.has(origin.exchange);
      });
      if (!concerns) continue;
      need(exchange);
      grew = true;
    }
  }
  const names = new Map([...used].map((token, index) => [token, `ID${index + 1}`]));
  const chosen = before.filter((exchange) => needed.has(exchange));
  const steps = chosen.map((exchange, index): Step => {
    const captures = [...names].flatMap(([value, name]) => {
      const origin = made.get(value)!;
      return origin.exchange === exchange ? [{ name, value, path: origin.path }] : [];
    });
    const next = chosen[index + 1];
    const inBackground = next !== undefined && next.request.atMs < (exchange.end?.atMs ?? Infinity);
    return { exchange, captures, inBackground };
  });
  return { steps, last: steps.find(({ exchange }) => exchange === target)!, names };
}

function isRead({ request, operation = '' }: Exchange): boolean {
  return request.method === 'GET' || /^(Get|List|Subscribe|Resubscribe)/.test(operation);
}
