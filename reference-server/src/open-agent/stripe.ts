import type { Answer } from '../answer.ts';
import { accountOf } from './accounts.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { empty, json } from './errors.ts';
import { bad } from './open-agent-error.ts';
import { planNamed, PLANS, priceId } from './plan-list.ts';
import { find, keepFirst } from './records.ts';
import { begin, changeSubscription } from './subscriptions.ts';

type Fields = Record<string, unknown>;
const fieldsIn = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What Stripe tells, at /stripe/webhook. Throws an OpenAgentError, 400. */
export async function receiveStripeEvent(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  await receive(ctx, http);
  return empty(ctx);
}

/** The same at /account/subscription/webhook (OAA-X13). */
export async function receiveSubscriptionEvent(ctx: OpenAgentContext, _call: Call, http: HttpRequest): Promise<Answer> {
  await receive(ctx, http);
  return json(ctx, { status: 'received' });
}

async function receive(ctx: OpenAgentContext, { headers, body }: HttpRequest): Promise<void> {
  const signature = headers['stripe-signature'];
  if (!ctx.impl.signatureHolds(ctx, typeof signature === 'string' ? signature : undefined, body))
    throw bad('Stripe-Signature: it is missing, wrong, or too old', { code: 'invalid_signature' });
  let event: Fields;
  try {
    event = fieldsIn(JSON.parse(body.toString()));
  } catch {
    throw bad('The event is no JSON');
  }
  const [id, type] = [textIn(event['id']), textIn(event['type'])];
  if (id === undefined || type === undefined) throw bad('The event: expected id and type');
  if (!(await ctx.impl.isFirst(ctx, id))) return;
  await ctx.impl.applyStripe(ctx, type, fieldsIn(fieldsIn(event['data'])['object']));
}

/** Stripe sends an event until it is taken, and sometimes once more. */
export const isFirst = (ctx: OpenAgentContext, event: string): Promise<boolean> =>
  keepFirst(ctx, 'stripe-event', '', event, ctx.clock.now());

const STATUSES = ['active', 'canceled', 'past_due', 'trialing', 'unpaid'] as const;

/** What the five events mean (README: Stripe Integration); others mean nothing here. */
export async function applyStripe(ctx: OpenAgentContext, type: string, object: Fields): Promise<void> {
  if (type === 'customer.subscription.created') return created(ctx, object);
  const known = await subscriptionOf(
    ctx,
    type.startsWith('invoice.') ? object['subscription'] : object['id'],
    object['customer'],
  );
  if (!known) return;
  const status = STATUSES.find((one) => one === object['status']);
  const to = (next: (typeof STATUSES)[number]) => changeSubscription(ctx, known, (one) => ({ ...one, status: next }));
  if (type === 'invoice.paid') await to('active');
  else if (type === 'invoice.payment_failed') await to('past_due');
  else if (type === 'customer.subscription.deleted') await to('canceled');
  else if (type === 'customer.subscription.updated')
    await changeSubscription(ctx, known, (one) => ({
      ...one,
      ...(status && { status }),
      planId: planIn(object) ?? one.planId,
      cancelAtPeriodEnd: object['cancel_at_period_end'] === true,
    }));
}

async function created(ctx: OpenAgentContext, object: Fields): Promise<void> {
  const [subscription, customer] = [textIn(object['id']), textIn(object['customer'])];
  const owner = await ownerOf(ctx, object);
  if (subscription === undefined || customer === undefined || owner === undefined) return;
  if (await subscriptionOf(ctx, subscription, undefined)) return;
  await begin(ctx, owner, {
    planId: planIn(object) ?? planNamed('Pro').id,
    status: STATUSES.find((one) => one === object['status']) ?? 'active',
    ...{ stripeCustomer: customer, stripeSubscription: subscription },
  });
}

/** Whose it is: as the checkout has written into its metadata, else by the address or the customer. */
async function ownerOf(ctx: OpenAgentContext, object: Fields): Promise<string | undefined> {
  const { user_id: id, email } = fieldsIn(object['metadata']);
  if (typeof id === 'string' && (await accountOf(ctx, id))) return id;
  const address = textIn(email) ?? textIn(object['customer_email']);
  if (address !== undefined) return find<string>(ctx, 'email', '', address.toLowerCase());
  return (await subscriptionOf(ctx, undefined, object['customer']))?.owner;
}

async function subscriptionOf(
  ctx: OpenAgentContext,
  ...ids: unknown[]
): Promise<{ owner: string; id: string } | undefined> {
  for (const id of ids) {
    const found =
      typeof id === 'string' ? await find<{ owner: string; id: string }>(ctx, 'stripe-customer', '', id) : undefined;
    if (found) return found;
  }
  return undefined;
}

function planIn(object: Fields): string | undefined {
  const [item] = Array.isArray(fieldsIn(object['items'])['data'])
    ? (fieldsIn(object['items'])['data'] as unknown[])
    : [];
  const price = textIn(fieldsIn(fieldsIn(item)['price'])['id']) ?? textIn(fieldsIn(object['plan'])['id']);
  return PLANS.find((plan) => priceId(plan) === price)?.id;
}
