import type { Exchange } from '@agentproto/recording';

/** A card that a client was told. */
export interface ToldCard {
  exchange: Exchange;
  isExtended: boolean;
  card: Record<string, unknown>;
}

/** The last public card of those that came before, and the last extended one. */
export type LastCards = (
  exchanges: readonly Exchange[],
  isBefore: (exchange: Exchange) => boolean,
) => Record<string, unknown>[];

/** Rules ask for each call of a recording, which may be long: it is looked through once. */
export function lastCards(toldIn: (exchanges: readonly Exchange[]) => ToldCard[]): LastCards {
  const known = new WeakMap<readonly Exchange[], ToldCard[]>();
  return (exchanges, isBefore) => {
    const told = known.get(exchanges) ?? toldIn(exchanges);
    known.set(exchanges, told);
    const last = (kind: boolean) =>
      told.findLast(({ isExtended, exchange }) => isExtended === kind && isBefore(exchange))?.card;
    return [last(false), last(true)].filter((card) => card !== undefined);
  };
}
