import { randomUUID } from 'node:crypto';
import { changeAccount, MICRODOLLARS } from './accounts.ts';
import type { OpenAgentContext } from './context.ts';
import { change, keep } from './records.ts';
import type { Checkout } from './stored.ts';
import { bought } from './subscription-records.ts';

/** A page on which something is paid: it stands in for that of Stripe. */
export async function openCheckout(
  ctx: OpenAgentContext,
  checkout: Omit<Checkout, 'isPaid'>,
): Promise<{ session: string; url: string }> {
  const session = `cs_test_${randomUUID().replaceAll('-', '')}`;
  await keep(ctx, 'checkout', '', session, { ...checkout, isPaid: false } satisfies Checkout);
  return { session, url: `${ctx.baseUrl()}${ctx.path}/provider/checkout/${session}` };
}

/** Pays it, once. Undefined: there is no such checkout. */
export async function pay(ctx: OpenAgentContext, session: string): Promise<Checkout | undefined> {
  let isFirst = false;
  const checkout = await change<Checkout>(ctx, 'checkout', '', session, (one) => {
    isFirst = one?.isPaid === false;
    return one && isFirst ? { ...one, isPaid: true } : undefined;
  });
  if (!checkout || !isFirst) return checkout;
  const { owner, planId, cents = 0 } = checkout;
  if (planId !== undefined) await bought(ctx, owner, planId);
  else
    await changeAccount(ctx, owner, (account) => ({
      ...account,
      microdollars: account.microdollars + cents * MICRODOLLARS,
    }));
  return checkout;
}

/** A browser can be sent there. */
export const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
