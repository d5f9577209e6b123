import { randomUUID } from 'node:crypto';
import type { AccountSubscriptionInfo } from '@agentproto/protocol/open-agent/0.7';
import type { Answer } from '../answer.ts';
import { accountOf, changeAccount } from './accounts.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { bad, notFound, unprocessable } from './open-agent-error.ts';
import { planNamed, PLANS, shownPlan, type Plan } from './plan-list.ts';
import { bodyOf, uuidIn } from './request.ts';
import { change, find, keep, list } from './records.ts';
import type { StoredSubscription } from './stored.ts';

const MONTH = 30 * 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();

/** What the account may do: that of its newest subscription that is good, else that of the account itself. */
export async function planOf(ctx: OpenAgentContext, owner: string): Promise<Plan> {
  const good = (await list<StoredSubscription>(ctx, 'subscription', owner)).findLast(
    ({ status }) => status === 'active' || status === 'trialing',
  );
  const plan = good && PLANS.find(({ id }) => id === good.planId);
  return plan ?? planNamed((await accountOf(ctx, owner))?.plan ?? 'Free');
}

export const subscriptionsOf = async (ctx: OpenAgentContext, owner: string): Promise<AccountSubscriptionInfo[]> =>
  (await list<StoredSubscription>(ctx, 'subscription', owner)).map(shown);

function shown(one: StoredSubscription): AccountSubscriptionInfo {
  return {
    ...{ id: one.id, user_id: one.owner, plan_id: one.planId, status: one.status },
    ...{ stripe_customer_id: one.stripeCustomer, stripe_subscription_id: one.stripeSubscription },
    ...{ current_period_start: iso(one.startAt), current_period_end: iso(one.endAt) },
    ...(one.paymentMethod !== undefined && { payment_method_id: one.paymentMethod }),
    cancel_at_period_end: one.cancelAtPeriodEnd,
    ...{ created_at: iso(one.createdAt), updated_at: iso(one.updatedAt) },
  };
}

export const listedPlans = (_ctx: OpenAgentContext, active: boolean): readonly Plan[] =>
  PLANS.filter((plan) => plan.active === active);

export async function listPlans(ctx: OpenAgentContext, _call: Call, { query }: HttpRequest): Promise<Answer> {
  const active = query.get('is_active') ?? 'true';
  if (active !== 'true' && active !== 'false')
    throw unprocessable(['query', 'is_active'], 'Input should be a valid boolean', 'bool_parsing');
  return json(ctx, ctx.impl.listedPlans(ctx, active === 'true').map(shownPlan));
}

function planIn(http: HttpRequest): Plan {
  const id = uuidIn(http, 'plan_id');
  const plan = PLANS.find((one) => one.id === id);
  if (!plan) throw notFound(`Plan ${id}`);
  return plan;
}

export const getPlan = async (ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> =>
  json(ctx, shownPlan(planIn(http)));

/** Where one would pay. Nobody is called: what Stripe would tell afterwards comes to the webhook. */
export async function getCheckout(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  const plan = planIn(http);
  const session = `cs_test_${randomUUID().replaceAll('-', '')}`;
  return json(ctx, { checkout_url: `https://checkout.stripe.example/${session}?plan=${plan.id}`, session_id: session });
}

export async function purchasePlan(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const plan = planIn(http);
  const { plan_id: repeated, payment_method_id: paymentMethod } = bodyOf(ctx, http, 'AccountSubscriptionPurchase', 422);
  if (repeated.toLowerCase() !== plan.id) throw unprocessable(['body', 'plan_id'], 'expected the plan of the path');
  const suffix = randomUUID().replaceAll('-', '').slice(0, 14);
  const subscription = await begin(ctx, owner, {
    ...{ planId: plan.id, status: 'active', paymentMethod },
    ...{ stripeCustomer: `cus_${suffix}`, stripeSubscription: `sub_${suffix}` },
  });
  return json(ctx, shown(subscription), 201);
}

/** A subscription, which is found by the ids of Stripe from then on. */
export async function begin(
  ctx: OpenAgentContext,
  owner: string,
  given: Pick<StoredSubscription, 'planId' | 'status' | 'stripeCustomer' | 'stripeSubscription'> & {
    paymentMethod?: string;
  },
): Promise<StoredSubscription> {
  const now = ctx.clock.now();
  const subscription: StoredSubscription = {
    ...{ id: randomUUID(), owner, ...given, startAt: now, endAt: now + MONTH },
    ...{ cancelAtPeriodEnd: false, createdAt: now, updatedAt: now },
  };
  await keep(ctx, 'subscription', owner, subscription.id, subscription);
  const where = { owner, id: subscription.id };
  await keep(ctx, 'stripe-customer', '', given.stripeCustomer, where);
  await keep(ctx, 'stripe-customer', '', given.stripeSubscription, where);
  return subscription;
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
    (one) => one && { ...how(one), updatedAt: ctx.clock.now() },
  );

export const listSubscriptions = async (ctx: OpenAgentContext, { owner }: Call): Promise<Answer> =>
  json(ctx, await subscriptionsOf(ctx, owner));

export async function getSubscription(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const id = http.params['subscription_id']!;
  const one = await find<StoredSubscription>(ctx, 'subscription', owner, id);
  if (!one) throw notFound(`Subscription ${id}`);
  return json(ctx, shown(one));
}

export async function cancelSubscription(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const id = http.params['subscription_id']!;
  const one = await changeSubscription(ctx, { owner, id }, (before) => ctx.impl.canceled(ctx, before));
  if (!one) throw notFound(`Subscription ${id}`);
  return json(ctx, shown(one));
}

/** It goes on to the end of what was paid for. */
export const canceled = (_ctx: OpenAgentContext, one: StoredSubscription): StoredSubscription => ({
  ...one,
  cancelAtPeriodEnd: true,
});

export async function getBalance(ctx: OpenAgentContext, { owner }: Call): Promise<Answer> {
  const { balanceCents } = (await accountOf(ctx, owner))!;
  return json(ctx, { balance: balanceCents, currency: 'USD' });
}

const MOST_CENTS = 100_000_00;

/** The money is there at once: nobody is called. */
export async function topUp(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const { amount } = bodyOf(ctx, http, 'AccountTopupRequest');
  if (!(amount > 0 && amount <= MOST_CENTS))
    throw bad(`amount: expected cents, from 1 to ${MOST_CENTS}; got ${amount}`);
  await changeAccount(ctx, owner, (account) => ({ ...account, balanceCents: account.balanceCents + amount }));
  return json(ctx, { checkout_url: `https://checkout.stripe.example/cs_test_${randomUUID()}`, amount });
}
