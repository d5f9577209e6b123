import type { AccountSubscriptionInfo } from '@agentproto/protocol/open-agent/0.7';
import type { Answer } from '../answer.ts';
import { accountOf, MICRODOLLARS } from './accounts.ts';
import type { Call, HttpRequest } from './call.ts';
import { isWebAddress, openCheckout } from './checkout.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { bad, notFound, OpenAgentError, unprocessable } from './open-agent-error.ts';
import { allowed, planNamed, PLANS, shownPlan, type Plan } from './plan-list.ts';
import { bodyOf, uuidIn } from './request.ts';
import { find } from './records.ts';
import type { StoredSubscription } from './stored.ts';
import { asOf, bought, changeSubscription, ownSubscriptions } from './subscription-records.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** What the account may do: that of its newest subscription that is good, else that of the account itself. */
export async function planOf(ctx: OpenAgentContext, owner: string): Promise<Plan> {
  const good = (await ownSubscriptions(ctx, owner)).findLast(
    ({ status }) => status === 'active' || status === 'trialing',
  );
  const plan = good && PLANS.find(({ id }) => id === good.planId);
  return plan ?? planNamed((await accountOf(ctx, owner))?.plan ?? 'Free');
}

export const subscriptionsOf = async (ctx: OpenAgentContext, owner: string): Promise<AccountSubscriptionInfo[]> =>
  (await ownSubscriptions(ctx, owner)).map(shown);

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
  return json(
    ctx,
    ctx.impl.listedPlans(ctx, active === 'true').map((plan) => shownPlan(plan, allowed(ctx.settings.plans, plan))),
  );
}

function planIn(http: HttpRequest): Plan {
  const id = uuidIn(http, 'plan_id');
  const plan = PLANS.find((one) => one.id === id);
  if (!plan) throw notFound(`Plan ${id}`);
  return plan;
}

export async function getPlan(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  const plan = planIn(http);
  return json(ctx, shownPlan(plan, allowed(ctx.settings.plans, plan)));
}

/** Where one pays for it: the subscription is there when the page of the double has been paid on. */
export async function getCheckout(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const { url, session } = await openCheckout(ctx, { owner, planId: offered(http).id });
  return json(ctx, { checkout_url: url, session_id: session });
}

/** A plan that can be chosen. Throws an OpenAgentError, 404, 422. */
function offered(http: HttpRequest): Plan {
  const plan = planIn(http);
  if (!plan.active) throw unprocessable(['path', 'plan_id'], 'the plan is not offered any more');
  return plan;
}

/** The test card of Stripe that is always declined (https://docs.stripe.com/testing). */
const DECLINED = 'pm_card_chargeDeclined';

export async function purchasePlan(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const plan = offered(http);
  const { plan_id: repeated, payment_method_id: paymentMethod } = bodyOf(ctx, http, 'AccountSubscriptionPurchase', 422);
  if (repeated.toLowerCase() !== plan.id) throw unprocessable(['body', 'plan_id'], 'expected the plan of the path');
  if (paymentMethod === DECLINED) throw new OpenAgentError(402, 'The card was declined', { code: 'card_declined' });
  return json(ctx, shown(await bought(ctx, owner, plan.id, paymentMethod)), 201);
}

export const listSubscriptions = async (ctx: OpenAgentContext, { owner }: Call): Promise<Answer> =>
  json(ctx, await subscriptionsOf(ctx, owner));

export async function getSubscription(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const id = http.params['subscription_id']!;
  const one = await find<StoredSubscription>(ctx, 'subscription', owner, id);
  if (!one) throw notFound(`Subscription ${id}`);
  return json(ctx, shown(asOf(ctx.clock.now(), one)));
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
  const { microdollars } = (await accountOf(ctx, owner))!;
  return json(ctx, { balance: Math.floor(microdollars / MICRODOLLARS), currency: 'USD' });
}

const MOST_CENTS = 100_000_00;

/** The money is there when it has been paid on the page. */
export async function topUp(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const {
    amount,
    currency = 'USD',
    success_url: successUrl,
    cancel_url: cancelUrl,
  } = bodyOf(ctx, http, 'AccountTopupRequest');
  if (!(amount > 0 && amount <= MOST_CENTS))
    throw bad(`amount: expected cents, from 1 to ${MOST_CENTS}; got ${amount}`);
  if (currency.toUpperCase() !== 'USD') throw bad(`currency: expected USD, got ${currency}`, { param: 'currency' });
  for (const [name, url] of Object.entries({ success_url: successUrl, cancel_url: cancelUrl }))
    if (url !== undefined && !isWebAddress(url))
      throw bad(`${name}: expected an http address, got ${url}`, { param: name });
  const { url } = await openCheckout(ctx, {
    ...{ owner, cents: amount },
    ...(successUrl !== undefined && { successUrl }),
    ...(cancelUrl !== undefined && { cancelUrl }),
  });
  return json(ctx, { checkout_url: url, amount });
}
