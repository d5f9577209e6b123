import type { Answer } from '../answer.ts';
import { accountOf, uuidOf } from './accounts.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { empty, json } from './errors.ts';
import { bad } from './open-agent-error.ts';
import { planNamed, PLANS, priceId } from './plan-list.ts';
import { drop, find, keepFirst } from './records.ts';
import type { StoredSubscription } from './stored.ts';
import { begin, changeSubscription } from './subscription-records.ts';
import { beginPeriod } from './use-count.ts';

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
  try {
    await ctx.impl.applyStripe(ctx, type, fieldsIn(fieldsIn(event['data'])['object']));
  } catch (error) {
    // It has had no effect, and Stripe sends it again.
    await drop(ctx, 'stripe-event', '', id);
    throw error;
  }
}

/** Stripe sends an event until it is taken, and sometimes once more. */
export const isFirst = (ctx: OpenAgentContext, event: string): Promise<boolean> =>
  keepFirst(ctx, 'stripe-event', '', event, ctx.clock.now());

/** Stripe has more than the document; who has not paid for once does not have what is paid for. */
const STATUSES: Readonly<Record<string, StoredSubscription['status']>> = {
  active: 'active',
  canceled: 'canceled',
  incomplete: 'unpaid',
  incomplete_expired: 'canceled',
  past_due: 'past_due',
  paused: 'unpaid',
  trialing: 'trialing',
  unpaid: 'unpaid',
};
const statusIn = ({ status }: Fields) => (typeof status === 'string' ? (STATUSES[status] ?? 'unpaid') : undefined);

/** What the five events mean (README: Stripe Integration); others mean nothing here. */
export async function applyStripe(ctx: OpenAgentContext, type: string, object: Fields): Promise<void> {
  const isInvoice = type.startsWith('invoice.');
  const known = await subscriptionOf(ctx, isInvoice ? (invoiced(object) ?? object['customer']) : object['id']);
  // Events come in any order: one that was changed may not be known so far.
  if (!known && /^customer\.subscription\.(?:created|updated)$/.test(type)) {
    // Of two that come at once, the other has made it.
    if (!(await created(ctx, object))) await ctx.impl.applyStripe(ctx, type, object);
    return;
  }
  if (!known) return;
  const to = (how: (one: StoredSubscription) => Partial<StoredSubscription>) =>
    // What is over stays over: the last invoice may be paid after the end.
    changeSubscription(ctx, known, (one) => (one.status === 'canceled' ? one : { ...one, ...how(one) }));
  if (type === 'invoice.paid') {
    await to(() => ({ status: 'active' }));
    await beginPeriod(ctx, known.owner);
  } else if (type === 'invoice.payment_failed') await to(() => ({ status: 'past_due' }));
  else if (type === 'customer.subscription.deleted') await to(() => ({ status: 'canceled' }));
  else if (type === 'customer.subscription.updated')
    await to((one) => {
      const { cancel_at_period_end: ends } = object;
      return {
        ...periodIn(object),
        status: statusIn(object) ?? one.status,
        planId: planIn(object) ?? one.planId,
        ...(typeof ends === 'boolean' && { cancelAtPeriodEnd: ends }),
      };
    });
}

/** The subscription of an invoice: where API versions up to 2025-02, and later ones, have it. */
const invoiced = ({ subscription, parent }: Fields): unknown =>
  subscription ?? fieldsIn(fieldsIn(parent)['subscription_details'])['subscription'];

/** False where it is there by now. */
async function created(ctx: OpenAgentContext, object: Fields): Promise<boolean> {
  const [subscription, customer] = [textIn(object['id']), textIn(object['customer'])];
  const owner = await ownerOf(ctx, object);
  if (subscription === undefined || customer === undefined || owner === undefined) return true;
  const begun = await begin(ctx, owner, {
    id: uuidOf(`subscription ${subscription}`),
    planId: planIn(object) ?? planNamed('Pro').id,
    status: statusIn(object) ?? 'active',
    ...{ stripeCustomer: customer, stripeSubscription: subscription, ...periodIn(object) },
    cancelAtPeriodEnd: object['cancel_at_period_end'] === true,
  });
  return begun !== undefined;
}

/** Of the subscription, or, since API version 2025-03, of its first item. */
function periodIn(object: Fields): Pick<StoredSubscription, 'startAt' | 'endAt'> | undefined {
  for (const { current_period_start: start, current_period_end: end } of [object, itemIn(object)])
    if (isSecond(start) && isSecond(end) && end > start) return { startAt: start * 1_000, endAt: end * 1_000 };
  return undefined;
}
const isSecond = (value: unknown): value is number => Number.isInteger(value) && Math.abs(value as number) < 1e11;

function itemIn(object: Fields): Fields {
  const { data } = fieldsIn(object['items']);
  return fieldsIn(Array.isArray(data) ? data[0] : undefined);
}

/** Whose it is: as the checkout has written into its metadata, else by the address or the customer. */
async function ownerOf(ctx: OpenAgentContext, object: Fields): Promise<string | undefined> {
  const { user_id: id, email } = fieldsIn(object['metadata']);
  if (typeof id === 'string' && (await accountOf(ctx, id))) return id;
  const address = textIn(email) ?? textIn(object['customer_email']);
  if (address !== undefined) return find<string>(ctx, 'email', '', address.toLowerCase());
  return (await subscriptionOf(ctx, object['customer']))?.owner;
}

/** By its own id at Stripe, or that of its customer: then it is the customer's latest. */
const subscriptionOf = async (ctx: OpenAgentContext, id: unknown): Promise<{ owner: string; id: string } | undefined> =>
  typeof id === 'string' ? find<{ owner: string; id: string }>(ctx, 'stripe-customer', '', id) : undefined;

function planIn(object: Fields): string | undefined {
  const price = textIn(fieldsIn(itemIn(object)['price'])['id']) ?? textIn(fieldsIn(object['plan'])['id']);
  return PLANS.find((plan) => priceId(plan) === price)?.id;
}
