import type { Exchange } from '@agentproto/recording';
import { families } from '../families.ts';
import type { SuiteFamily } from '../kit/family.ts';
import { judgeClient } from '../kit/judge-client.ts';
import { examineAll } from '../kit/play.ts';
import { knownTo } from '../kit/recording-run.ts';
import type { Finding } from '../kit/result.ts';
import { rowTable } from '../kit/rows.ts';

/** What one family says of its exchanges. */
export interface Judged {
  family: SuiteFamily;
  findings: readonly Finding[];
}

/** Which families are asked, and of which exchanges. */
export interface Share {
  family: SuiteFamily;
  exchanges: readonly Exchange[];
}

/**
 * Gives each exchange to the family whose it is: of the protocol that is said, where one is, else to the first that knows
 * it. One that no route has taken, and that is none's, everybody gets: it may be a part of what went before.
 */
export function sharesOf(
  exchanges: readonly Exchange[],
  protocols: ReadonlyMap<number, string | undefined>,
  named: readonly SuiteFamily[] | undefined,
): Share[] {
  const able = (named ?? families).filter(({ known }) => known);
  const shares = new Map<SuiteFamily, Exchange[]>();
  const rest: Exchange[] = [];
  for (const exchange of exchanges) {
    const said = protocols.get(exchange.id);
    const family =
      said === undefined
        ? (able.find((one) => shares.has(one) && one.known!(exchange)) ??
          able.find((one) => (named !== undefined || !one.onlyNamed) && one.known!(exchange)))
        : able.find(({ id }) => id === said);
    if (family) shares.set(family, [...(shares.get(family) ?? []), exchange]);
    else if (said === undefined) rest.push(exchange);
  }
  return [...shares].map(([family, own]) => ({
    family,
    exchanges: [...own, ...rest].toSorted((a, b) => a.request.atMs - b.request.atMs),
  }));
}

/** By the rules for clients. `partial`: what came before may be missing. */
export async function judgedAsClient({ family, exchanges }: Share, partial: boolean): Promise<Judged> {
  const recording = { exchanges, ...(partial && { partial }) };
  return { family, findings: await judgeClient(family.clients ?? [], recording, rowTable(family)) };
}

/** By what must hold in every exchange of a server. */
export function judgedAsServer({ family, exchanges }: Share): Judged {
  const binding = family.bindings[0] ?? family.sideBinding;
  return { family, findings: examineAll(family, { scenario: 'recording', binding }, knownTo(family, exchanges)) };
}
