import { randomUUID } from 'node:crypto';
import type { OpenAgentContext } from './context.ts';
import { change, keep, keepFirst, list } from './records.ts';
import type { StoredSubscription } from './stored.ts';

const MONTH = 30 * 86_400_000;

export const ownSubscriptions = async (ctx: OpenAgentContext, owner: string): Promise<StoredSubscription[]> =>
  (await list<StoredSubscription>(ctx, 'subscription', owner)).map((one) => asOf(ctx.clock.now(), one));

/** As time has it: what is canceled ends with its period, and the rest goes on from period to period. */
export function asOf(now: number, one: StoredSubscription): StoredSubscription {
  const { startAt, endAt, status, cancelAtPeriodEnd } = one;
  if (now < endAt || status === 'canceled') return one;
  if (cancelAtPeriodEnd) return { ...one, status: 'canceled' };
  const past = Math.floor((now - startAt) / (endAt - startAt)) * (endAt - startAt);
  return { ...one, startAt: startAt + past, endAt: endAt + past };
}

/** A subscription, which is found by the ids of Stripe from then on; undefined where there is one with that id. */
export async function begin(
  ctx: OpenAgentContext,
  owner: string,
  given: Pick<StoredSubscription, 'planId' | 'status' | 'stripeCustomer' | 'stripeSubscription'> &
    Partial<Pick<StoredSubscription, 'id' | 'paymentMethod' | 'startAt' | 'endAt' | 'cancelAtPeriodEnd'>>,
): Promise<StoredSubscription | undefined> {
  const now = ctx.clock.now();
  const subscription: StoredSubscription = {
    ...{ id: randomUUID(), owner, startAt: now, endAt: now + MONTH, cancelAtPeriodEnd: false },
    ...{ createdAt: now, updatedAt: now, ...given },
  };
  const isFirst = await keepFirst(ctx, 'subscription', owner, subscription.id, subscription);
  const where = { owner, id: subscription.id };
  await keep(ctx, 'stripe-customer', '', given.stripeCustomer, where);
  await keep(ctx, 'stripe-customer', '', given.stripeSubscription, where);
  return isFirst ? subscription : undefined;
}

export const changeSubscription = (
  ctx: OpenAgentContext,
  { owner, id }: { owner: string; id: string },
  how: (one: StoredSubscription) => StoredSubscription,
): Promise<StoredSubscription | undefined> =>
  change<StoredSubscription>(
    ctx,
    'subscription',
    owner,
    id,
    (one) => one && { ...how(asOf(ctx.clock.now(), one)), updatedAt: ctx.clock.now() },
  );

/** A subscription that is paid here, and not at Stripe. */
export async function bought(
  ctx: OpenAgentContext,
  owner: string,
  planId: string,
  paymentMethod?: string,
): Promise<StoredSubscription> {
  const suffix = randomUUID().replaceAll('-', '').slice(0, 14);
  const subscription = await begin(ctx, owner, {
    ...{ planId, status: 'active', ...(paymentMethod !== undefined && { paymentMethod }) },
    ...{ stripeCustomer: `cus_${suffix}`, stripeSubscription: `sub_${suffix}` },
  });
  // Its id is new.
  return subscription!;
}
