import { createHmac, timingSafeEqual } from 'node:crypto';
import type { OpenAgentContext } from './context.ts';

/** Older signatures are refused; so are those of the future, which Stripe's own libraries let pass. */
const TOLERANCE_S = 300;

/**
 * Whether `Stripe-Signature: t=…,v1=…[,v1=…]` is good for these bytes: one of its v1 is the HMAC-SHA256 of `t.body` under one of the
 * secrets, in lower-case hex, and `t` is near enough (README: Stripe Integration; https://docs.stripe.com/webhooks/signature).
 */
export function signatureHolds(ctx: OpenAgentContext, header: string | undefined, body: Buffer): boolean {
  const fields = (header ?? '').split(',').map((field) => field.split('=', 2) as [string, string | undefined]);
  const time = fields.find(([name]) => name === 't')?.[1];
  const given = fields.flatMap(([name, value]) => (name === 'v1' && value !== undefined ? [Buffer.from(value)] : []));
  if (time === undefined || !/^\d{1,12}$/.test(time) || given.length === 0) return false;
  const isGood = ctx.settings.stripeSecrets.some((secret) => {
    const expected = Buffer.from(createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex'));
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
  // Whole seconds, as Stripe's own libraries count: 300 is good, 301 is not.
  return isGood && Math.abs(Math.floor(ctx.clock.now() / 1_000) - Number(time)) <= TOLERANCE_S;
}
