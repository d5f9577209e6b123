import type { OpenAgentContext } from './context.ts';
import { drop, keep, type Collection } from './records.ts';

/** Anybody may begin a login: more of them at a time push out the oldest. */
const MOST = 10_000;
/** For so long afterwards it is told that it has expired, and not that there is no such thing. */
const AFTERWARDS_MS = 60 * 60_000;

const nameOf = (collection: Collection, key: string) => JSON.stringify([collection, key]);

/** Keeps what nobody owns, and nobody may come back for. */
export async function keepFor(
  ctx: OpenAgentContext,
  collection: Collection,
  key: string,
  value: unknown,
  until: number,
): Promise<void> {
  await keep(ctx, collection, '', key, value);
  await hold(ctx, collection, key, until);
}

/** Sees that what has been kept goes when it is over, and what is over now. */
export async function hold(ctx: OpenAgentContext, collection: Collection, key: string, until: number): Promise<void> {
  const { holdings } = ctx;
  const name = nameOf(collection, key);
  holdings.delete(name);
  holdings.set(name, { collection, key, until });
  for (const [first, { collection: from, key: old, until: end }] of holdings) {
    if (holdings.size <= MOST && end + AFTERWARDS_MS > ctx.clock.now()) return;
    holdings.delete(first);
    await drop(ctx, from, '', old);
  }
}

/** Says whether it was there. */
export function spent(ctx: OpenAgentContext, collection: Collection, key: string): Promise<boolean> {
  ctx.holdings.delete(nameOf(collection, key));
  return drop(ctx, collection, '', key);
}
