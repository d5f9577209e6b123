import type { Headers } from '@agentproto/recording';
import { records, text, type Json } from '../kit/json.ts';
import { offers } from './offers.ts';
import type { Reply } from '../kit/reply.ts';
import { NotApplicable } from '../kit/stops.ts';
import type { OpenAgent } from './agent.ts';

/** SubscriptionStatus. */
export const STATUSES: readonly string[] = ['active', 'canceled', 'past_due', 'trialing', 'unpaid'];

/** The plans that can be had; that others are listed beside them is a matter of its own (PLAN-003). */
export async function plansOf(agent: OpenAgent): Promise<Json[]> {
  const reply = await agent.call('GET', '/account/plans', { operation: 'listPlans' });
  return records(offers('plans', reply).value.body).filter(({ is_active: canBeHad }) => canBeHad !== false);
}

/** A subscription of an account made for it; a stop where there are no plans, or a real payment is wanted. */
export async function purchase(agent: OpenAgent, as: Headers): Promise<{ reply: Reply; id?: string }> {
  const plan = text((await plansOf(agent)).at(-1)?.id);
  if (plan === undefined) throw new NotApplicable('there are no plans');
  const reply = await agent.call('POST', `/account/plans/${plan}/purchase`, {
    as,
    body: { plan_id: plan, payment_method_id: agent.uuid() },
    operation: 'purchasePlan',
  });
  offers('purchases', reply);
  if (reply.isRefusal) throw new NotApplicable(`a made-up payment is not taken (HTTP ${reply.status})`);
  const id = text(reply.json.id);
  return { reply, ...(id !== undefined && { id }) };
}
