import { createHmac } from 'node:crypto';
import type { Json } from '../kit/json.ts';
import { offers } from './offers.ts';
import type { Reply } from '../kit/reply.ts';
import type { OpenAgent } from './agent.ts';

/** `v1` of a signature: HMAC-SHA256 of `t.body` under the secret as it is written, in lower-case hex. */
export const signed = (secret: string, seconds: number, body: string): string =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');

/** What Stripe would send. */
export function eventOf(agent: OpenAgent, type: string, object: Json, id = agent.fresh('evt')): string {
  return JSON.stringify({ id, object: 'event', type, created: now(), data: { object } });
}

export const now = (): number => Math.floor(Date.now() / 1_000);

export interface Delivery {
  /** Of the signature, in seconds since 1970. */
  at?: number;
  /** The header as a whole; null: none. */
  signature?: string | null;
  path?: '/stripe/webhook' | '/account/subscription/webhook';
}

/** Sends an event as Stripe does: without credentials of the API, and signed unless it is said otherwise. */
export function deliver(agent: OpenAgent, body: string, delivery: Delivery = {}): Promise<Reply> {
  const { at = now(), path = '/stripe/webhook' } = delivery;
  const { signature = `t=${at},v1=${signed(agent.around.stripeSecret!, at, body)}` } = delivery;
  return agent.call('POST', path, {
    as: 'nobody',
    body,
    operation: path === '/stripe/webhook' ? 'receiveStripeEvent' : 'receiveSubscriptionEvent',
    headers: signature === null ? [] : [['Stripe-Signature', signature]],
    ...(delivery.signature === undefined ? {} : { hostile: true }),
  });
}

/** An event of an invoice that nobody has, which changes nothing: taken where there is billing; else the play stops. */
export async function delivered(agent: OpenAgent, delivery: Delivery = {}): Promise<Reply> {
  const body = eventOf(agent, 'invoice.paid', { id: agent.fresh('in'), customer: agent.fresh('cus') });
  return offers('billing', await deliver(agent, body, delivery));
}
